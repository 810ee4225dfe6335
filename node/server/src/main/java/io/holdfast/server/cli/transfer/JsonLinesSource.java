package io.holdfast.server.cli.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.holdfast.server.cli.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/** JSON Lines (jsonlines.org): one record a line; blank lines are skipped. */
final class JsonLinesSource implements RowSource {
    private final LineReader lines;

    JsonLinesSource(InputStream in) {
        this.lines = new LineReader(in);
    }

    @Override
    public Optional<Row> next() throws IOException {
        while (true) {
            Optional<LineReader.Line> line = lines.next();
            if (line.isEmpty()) {
                return Optional.empty();
            }
            if (!line.get().isBlank()) {
                return Optional.of(parse(line.get()));
            }
        }
    }

    private static Row parse(LineReader.Line line) throws IOException {
        if (line.tooLong()) {
            return new Row.Bad(line.number(), "the line is longer than " + LineReader.MAX_LINE_BYTES + " bytes", false);
        }
        try {
            JsonNode json = Json.MAPPER.readTree(line.bytes());
            return new Row.Read(line.number(), json);
        } catch (JsonProcessingException malformed) {
            return new Row.Bad(line.number(), describe(malformed), false);
        }
    }

    static String describe(JsonProcessingException malformed) {
        int column =
                malformed.getLocation() == null ? -1 : malformed.getLocation().getColumnNr();
        String message = malformed.getOriginalMessage().lines().findFirst().orElse("unreadable");
        return "no valid JSON: " + message + (column > 0 ? " (column " + column + ")" : "");
    }
}
