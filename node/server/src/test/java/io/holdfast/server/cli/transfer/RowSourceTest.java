package io.holdfast.server.cli.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Each row is shown as {@code line: json}, or {@code line! reason}, with {@code !!} when nothing can follow. */
class RowSourceTest {
    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> rows(RowSource source) throws IOException {
        List<String> rows = new ArrayList<>();
        for (Optional<Row> row = source.next(); row.isPresent(); row = source.next()) {
            rows.add(
                    row.get() instanceof Row.Bad bad
                            ? bad.line() + (bad.last() ? "!! " : "! ") + bad.why()
                            : row.get().line() + ": " + ((Row.Read) row.get()).json());
        }
        return rows;
    }

    private static List<String> csv(String text) throws IOException {
        return rows(new CsvSource(stream(text), ','));
    }

    private static List<String> jsonl(String text) throws IOException {
        return rows(new JsonLinesSource(stream(text)));
    }

    private static List<String> json(String text) throws IOException {
        return rows(new JsonArraySource(stream(text)));
    }

    @Test
    void readsJsonLines() throws IOException {
        assertThat(jsonl("{\"a\":1.50}\r\n\n  \n{\"b\":\"ü\"}")).containsExactly("1: {\"a\":1.50}", "4: {\"b\":\"ü\"}");
        assertThat(jsonl("")).isEmpty();
        assertThat(jsonl("\ufeff{}\n")).containsExactly("1: {}");
    }

    @Test
    void goesOnAfterABadJsonLine() throws IOException {
        List<String> rows = jsonl("{\"a\":1\n{\"a\":2} x\n{\"a\":3,\"a\":4}\nnope\n{\"a\":5}\n");
        assertThat(rows).hasSize(5);
        assertThat(rows.get(0)).startsWith("1! no valid JSON: ");
        assertThat(rows.get(1)).startsWith("2! no valid JSON: ");
        assertThat(rows.get(2)).startsWith("3! no valid JSON: Duplicate field 'a'");
        assertThat(rows.get(3)).startsWith("4! no valid JSON: Unrecognized token 'nope'");
        assertThat(rows.get(4)).isEqualTo("5: {\"a\":5}");
    }

    @Test
    void skipsALineThatIsTooLong() throws IOException {
        String rows = "\"" + "x".repeat(LineReader.MAX_LINE_BYTES) + "\"\n{}\n";
        assertThat(jsonl(rows)).containsExactly("1! the line is longer than 8388608 bytes", "2: {}");
    }

    @Test
    void readsAJsonArrayWithTheLinesOfItsElements() throws IOException {
        assertThat(json("[\n {\"a\":1},\n {\"b\":[1,\n2]}, 7\n]\n"))
                .containsExactly("2: {\"a\":1}", "3: {\"b\":[1,2]}", "4: 7");
        assertThat(json("[]")).isEmpty();
    }

    @Test
    void stopsWhereAJsonArrayIsBroken() throws IOException {
        List<String> rows = json("[{\"a\":1},\n{\"a\" 2},\n{\"a\":3}]");
        assertThat(rows).hasSize(2);
        assertThat(rows.get(1)).startsWith("2!! no valid JSON: ");
        assertThat(json("[{\"a\":1}")).last().asString().contains("!! ");
        assertThat(json("{\"a\":1}"))
                .containsExactly("1!! the file is no JSON array; for one record a line, give --format jsonl");
        assertThat(json("[1]\n[2]")).containsExactly("1: 1", "2!! there is more after the end of the array");
    }

    @Test
    void readsCsvWithQuotesAndLineEndsInCells() throws IOException {
        assertThat(csv("id,name\n1,\"a, \"\"b\"\"\"\n\n2,\"two\nlines\"\n3,5\" pipe\n4,\n"))
                .containsExactly(
                        "2: {\"id\":\"1\",\"name\":\"a, \\\"b\\\"\"}",
                        "4: {\"id\":\"2\",\"name\":\"two\\nlines\"}",
                        "6: {\"id\":\"3\",\"name\":\"5\\\" pipe\"}",
                        "7: {\"id\":\"4\",\"name\":\"\"}");
        assertThat(rows(new CsvSource(stream("a;b\n1;2\n"), ';'))).containsExactly("2: {\"a\":\"1\",\"b\":\"2\"}");
    }

    @Test
    void keepsTheLineEndsInsideQuotesAsTheyAre() throws IOException {
        assertThat(csv("id,name\r\n1,\"two\r\nlines\n\r\n\"\r\n2,x\r\n"))
                .containsExactly(
                        "2: {\"id\":\"1\",\"name\":\"two\\r\\nlines\\n\\r\\n\"}", "6: {\"id\":\"2\",\"name\":\"x\"}");
    }

    @Test
    void goesOnAfterABadCsvRow() throws IOException {
        assertThat(csv("a,b\n1\n1,2,3\n1,2\n"))
                .containsExactly(
                        "2! the row has 1 columns, and the header 2",
                        "3! the row has 3 columns, and the header 2",
                        "4: {\"a\":\"1\",\"b\":\"2\"}");
    }

    @Test
    void losesOneLineToAQuoteThatIsNeverClosed() throws IOException {
        assertThat(csv("a,b\n1,\"open\n2,x\n3,y\n"))
                .containsExactly(
                        "2! a quote is opened and never closed",
                        "3: {\"a\":\"2\",\"b\":\"x\"}",
                        "4: {\"a\":\"3\",\"b\":\"y\"}");
    }

    @Test
    void losesOneLineToAQuoteThatALaterOneSeemsToClose() throws IOException {
        List<String> rows = csv("a,b\n1,\"open\n2,\"x\"\n3,y\n");
        assertThat(rows).hasSize(3);
        assertThat(rows.get(0)).startsWith("2! ");
        assertThat(rows.subList(1, 3)).containsExactly("3: {\"a\":\"2\",\"b\":\"x\"}", "4: {\"a\":\"3\",\"b\":\"y\"}");
    }

    @Test
    void refusesABadCsvHeader() throws IOException {
        assertThat(csv("")).containsExactly("1!! the file is empty; its first line must name the columns");
        assertThat(csv("a,a\n1,2\n")).singleElement().asString().startsWith("1!! the header has a column");
        assertThat(csv("a,\n1,2\n")).singleElement().asString().startsWith("1!! the header has a column");
    }

    @Test
    void refusesBytesThatAreNoText() throws IOException {
        byte[] bytes = {'a', '\n', (byte) 0xff, '\n', 'x', '\n'};
        assertThat(rows(new CsvSource(new ByteArrayInputStream(bytes), ',')))
                .containsExactly("2! line 2 is not UTF-8", "3: {\"a\":\"x\"}");
    }

    @Test
    void guessesTheFormat() throws IOException {
        assertThat(guess("x.csv", "[1]")).isEqualTo(Format.CSV);
        assertThat(guess("x.NDJSON", "[1]")).isEqualTo(Format.JSONL);
        assertThat(guess("x.json", " \n [1]")).isEqualTo(Format.JSON);
        assertThat(guess("x.json", "\ufeff{}")).isEqualTo(Format.JSONL);
        assertThat(guess("-", "")).isEqualTo(Format.JSONL);
    }

    private static Format guess(String name, String content) throws IOException {
        PushbackInputStream in = new PushbackInputStream(stream(content), Format.PUSHBACK);
        Format guessed = Format.guess(name, in);
        assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo(content);
        return guessed;
    }
}
