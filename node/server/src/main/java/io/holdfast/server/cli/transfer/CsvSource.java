package io.holdfast.server.cli.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.holdfast.server.cli.ByteArguments;
import io.holdfast.server.cli.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * CSV (RFC 4180) with a header line: each row becomes an object with the header's names, and text as values, because
 * nothing in the file says that {@code 007} is a number.
 *
 * <p>A library parses each row, but where a row ends is found here: so a quote that is never closed costs one line, and not
 * the rest of the file. After a bad row reading goes on with the line after its first one.
 */
final class CsvSource implements RowSource {
    /** A row of more characters than this has a quote that was not closed. */
    static final int MAX_ROW_CHARACTERS = 4 << 20;

    private final LineReader lines;
    private final char separator;
    private final ObjectReader parser;
    /** Lines that were read in search of a closing quote, and have to be read again. */
    private final Deque<LineReader.Line> again = new ArrayDeque<>();
    /** Lines of the row that is read, behind its first one. */
    private final Deque<LineReader.Line> taken = new ArrayDeque<>();

    private List<String> header = List.of();
    private boolean ended;

    CsvSource(InputStream in, char separator) {
        this.lines = new LineReader(in);
        this.separator = separator;
        this.parser = new CsvMapper()
                .readerFor(String[][].class)
                .with(CsvParser.Feature.WRAP_AS_ARRAY)
                .with(CsvSchema.emptySchema().withColumnSeparator(separator));
    }

    @Override
    public Optional<Row> next() throws IOException {
        if (header.isEmpty() && !ended) {
            Optional<Row> wrong = readHeader();
            if (wrong.isPresent()) {
                ended = true;
                return wrong;
            }
        }
        Optional<LineReader.Line> first = ended ? Optional.empty() : nextLine();
        return first.isEmpty() ? Optional.empty() : Optional.of(read(first.get()));
    }

    private Optional<Row> readHeader() throws IOException {
        Optional<LineReader.Line> first = nextLine();
        if (first.isEmpty()) {
            return Optional.of(new Row.Bad(1, "the file is empty; its first line must name the columns", true));
        }
        long line = first.get().number();
        try {
            header = List.of(parse(first.get()));
            taken.clear();
        } catch (BadRow mistake) {
            return Optional.of(new Row.Bad(line, "the header cannot be read: " + mistake.getMessage(), true));
        }
        if (header.stream().anyMatch(String::isBlank) || new HashSet<>(header).size() < header.size()) {
            return Optional.of(
                    new Row.Bad(line, "the header has a column without a name, or a name twice: " + header, true));
        }
        return Optional.empty();
    }

    private Row read(LineReader.Line first) throws IOException {
        try {
            String[] cells = parse(first);
            if (cells.length != header.size()) {
                throw new BadRow("the row has " + cells.length + " columns, and the header " + header.size());
            }
            taken.clear();
            ObjectNode json = Json.object();
            for (int i = 0; i < cells.length; i++) {
                json.put(header.get(i), cells[i]);
            }
            return new Row.Read(first.number(), json);
        } catch (BadRow mistake) {
            putBack();
            return new Row.Bad(first.number(), mistake.getMessage(), false);
        }
    }

    /** The cells of the row that starts with this line. The lines after it are {@link #taken}. */
    private String[] parse(LineReader.Line first) throws IOException, BadRow {
        StringBuilder row = new StringBuilder(text(first));
        Quotes quotes = new Quotes(separator);
        quotes.read(row, 0);
        LineReader.Line last = first;
        while (quotes.open()) {
            LineReader.Line next = anyLine().orElseThrow(CsvSource::neverClosed);
            taken.addLast(next);
            if (row.length() > MAX_ROW_CHARACTERS) {
                throw neverClosed();
            }
            int from = row.length();
            // The line's end is part of the cell, and stays what it is.
            row.append(last.end()).append(text(next));
            quotes.read(row, from);
            last = next;
        }
        try {
            String[][] rows = parser.readValue(row.toString());
            if (rows.length != 1) {
                throw new BadRow("no valid CSV: the line breaks a cell without quotes");
            }
            return rows[0];
        } catch (JsonProcessingException malformed) {
            throw new BadRow("no valid CSV: "
                    + malformed.getOriginalMessage().lines().findFirst().orElse("unreadable"));
        }
    }

    private static BadRow neverClosed() {
        return new BadRow("a quote is opened and never closed");
    }

    private void putBack() {
        while (!taken.isEmpty()) {
            again.addFirst(taken.removeLast());
        }
    }

    private Optional<LineReader.Line> anyLine() throws IOException {
        return again.isEmpty() ? lines.next() : Optional.of(again.removeFirst());
    }

    private Optional<LineReader.Line> nextLine() throws IOException {
        Optional<LineReader.Line> line = anyLine();
        while (line.isPresent() && line.get().isBlank()) {
            line = anyLine();
        }
        return line;
    }

    private static String text(LineReader.Line line) throws BadRow {
        if (line.tooLong()) {
            throw new BadRow("the line is longer than " + LineReader.MAX_LINE_BYTES + " bytes");
        }
        return ByteArguments.utf8(line.bytes())
                .orElseThrow(() -> new BadRow("line " + line.number() + " is not UTF-8"));
    }

    private static final class BadRow extends Exception {
        private static final long serialVersionUID = 1L;

        BadRow(String message) {
            super(message);
        }
    }

    /** Follows the quotes of a row. A quote means something only at the start of a cell, and inside a cell that began so. */
    private static final class Quotes {
        private final char separator;
        private boolean cellStarts = true;
        private boolean quoted;
        private boolean inside;

        Quotes(char separator) {
            this.separator = separator;
        }

        void read(CharSequence text, int from) {
            for (int i = from; i < text.length(); i++) {
                char each = text.charAt(i);
                if (each == '"') {
                    quoted |= cellStarts;
                    // In a quoted cell a doubled quote closes and opens again, which comes to the same.
                    inside = quoted && !inside;
                } else if (each == separator && !inside) {
                    quoted = false;
                }
                cellStarts = each == separator && !inside;
            }
        }

        boolean open() {
            return inside;
        }
    }
}
