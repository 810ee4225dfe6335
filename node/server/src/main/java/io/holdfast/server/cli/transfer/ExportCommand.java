package io.holdfast.server.cli.transfer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.holdfast.client.ClientOptions;
import io.holdfast.client.Entry;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.ScanCursor;
import io.holdfast.client.ScanOptions;
import io.holdfast.server.cli.ByteArguments;
import io.holdfast.server.cli.Cli;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.Connection;
import io.holdfast.server.cli.EntryJson;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Json;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.cli.Text;
import io.holdfast.v1.PartitionStatus;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code export}: a keyspace into a file. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Write all keys of a keyspace into a file, as JSON Lines in key order: {\"key\":…,\"value\":…}.",
            "A value that is a JSON object or array (nested up to 900 deep) stands there as such, other text as a string, "
                    + "and bytes that are no text in Base64 under key64 or value64. 'holdfast import KS FILE' restores every byte. The file "
                    + "appears when it is complete."
        })
public final class ExportCommand implements Callable<Integer> {
    private static final List<String> STANDARD_OUTPUT = List.of("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1");

    private static final Duration PER_PART = Duration.ofSeconds(60);

    /**
     * JSON nested more deeply is written as text. In the line it is one level deeper still, and neither this nor other programs write or
     * read JSON of any depth.
     */
    private static final int MAX_DEPTH = 900;

    private static final JsonMapper NOT_TOO_DEEP = notTooDeep();

    private final Terminal terminal;

    @Mixin
    private Connection connection = new Connection();

    @Parameters(index = "0", paramLabel = "KS", description = "The keyspace.")
    private String keyspace;

    @Parameters(index = "1", paramLabel = "FILE", description = "The file; '-': standard output.")
    private String file;

    @Option(names = "--prefix", paramLabel = "P", description = "Only keys that start so.")
    private String prefix = "";

    @Option(
            names = "--values-only",
            description = "Only the values, a line each: the records as they were imported. Values that are "
                    + "no JSON objects or arrays are written as JSON strings; one that is no text ends the export.")
    private boolean valuesOnly;

    public ExportCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        Duration wait = connection.timeout().compareTo(PER_PART) > 0 ? connection.timeout() : PER_PART;
        long start = System.nanoTime();
        AtomicLong written = new AtomicLong();
        try (HoldfastClient client = connection.connect(terminal, ClientOptions.DEFAULT.withDeadline(wait))) {
            long expected = prefix.isEmpty() ? keys(client) : 0;
            Progress progress = Progress.start(
                    terminal,
                    "exported",
                    written::get,
                    () -> expected > 0 ? Math.min(1, written.get() / (double) expected) : Double.NaN);
            try {
                if (toStandardOutput()) {
                    copy(client, terminal.strictOut(), written);
                } else {
                    copyToFile(client, written);
                }
            } finally {
                progress.close();
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        double rate = written.get() / Math.max(0.001, took.toMillis() / 1000.0);
        String summary = "exported " + Text.count(written.get(), "record") + " in " + Text.duration(took) + " ("
                + Text.rate(rate) + ")";
        (toStandardOutput() ? terminal.err() : terminal.out()).println(summary);
        return ExitCode.OK;
    }

    /** Opened by its name, a file that it leads to would be written from two places. */
    private boolean toStandardOutput() {
        return STANDARD_OUTPUT.contains(file);
    }

    private void copyToFile(HoldfastClient client, AtomicLong written) {
        try {
            ExportFile.write(Path.of(file), out -> copy(client, out, written));
        } catch (IOException failed) {
            throw CommandFailure.failed("The file '" + file + "' cannot be written: " + Cli.cause(failed));
        }
    }

    /** How many keys there are, roughly, for the bar; 0 if nobody says. */
    private long keys(HoldfastClient client) {
        return client.admin().status().getKeyspacesList().stream()
                .filter(each -> each.getKeyspace().getName().equals(keyspace))
                .flatMap(each -> each.getPartitionsList().stream())
                .mapToLong(PartitionStatus::getKeys)
                .sum();
    }

    private void copy(HoldfastClient client, OutputStream out, AtomicLong written) throws IOException {
        try (ScanCursor cursor = client.keyspace(keyspace).scan(prefix, ScanOptions.DEFAULT)) {
            while (cursor.hasNext()) {
                Entry entry = cursor.next();
                out.write((valuesOnly ? value(entry) : line(entry)).getBytes(StandardCharsets.UTF_8));
                out.write('\n');
                written.incrementAndGet();
            }
            out.flush();
        }
    }

    /** The entry as {@link RecordShape.Exported} reads it. */
    static String line(Entry entry) {
        ObjectNode node = EntryJson.putKey(Json.object(), entry.key());
        Optional<JsonNode> json = exactJson(entry.value());
        if (json.isPresent()) {
            node.set("value", json.get());
        } else {
            EntryJson.putValue(node, entry.value());
        }
        return Json.compact(node);
    }

    private static String value(Entry entry) {
        // In Base64 it would be the same string as a text of these letters.
        String text = ByteArguments.utf8(entry.value())
                .orElseThrow(() -> CommandFailure.failed("The value of key '" + entry.key()
                        + "' is no text: export without --values-only, which writes it in Base64 under value64."));
        return Json.compact(exactJson(entry.value()).orElseGet(() -> TextNode.valueOf(text)));
    }

    /** The JSON object or array that these bytes are, if writing it again gives the same bytes. */
    private static Optional<JsonNode> exactJson(byte[] value) {
        if (value.length < 2 || value[0] != '{' && value[0] != '[') {
            return Optional.empty();
        }
        try {
            JsonNode json = NOT_TOO_DEEP.readTree(value);
            boolean same = Arrays.equals(Json.compact(json).getBytes(StandardCharsets.UTF_8), value);
            return same ? Optional.of(json) : Optional.empty();
        } catch (JsonProcessingException text) {
            return Optional.empty();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    private static JsonMapper notTooDeep() {
        JsonMapper mapper = Json.MAPPER.copy();
        mapper.getFactory()
                .setStreamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(MAX_DEPTH)
                        .build());
        return mapper;
    }
}
