package io.holdfast.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.client.Entry;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.ScanCursor;
import io.holdfast.client.ScanOptions;
import java.io.PrintStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code scan}: keys in order, with their values. */
@Command(
        name = "scan",
        mixinStandardHelpOptions = true,
        description = {
            "Print keys and values in key order, a line each, with a tab between them.",
            "With --json: an array with an object for each."
        })
final class ScanCommand implements Callable<Integer> {
    private static final int LINES_BETWEEN_CHECKS = 256;

    private final Terminal terminal;

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private ByteArguments bytes = new ByteArguments();

    @Mixin
    private JsonOption json = new JsonOption();

    @Mixin
    private DataCommands.Staleness staleness = new DataCommands.Staleness();

    @Parameters(index = "0", paramLabel = "KS", description = "The keyspace.")
    private String keyspace;

    @Option(names = "--prefix", paramLabel = "P", description = "Only keys that start so.")
    private String prefix = "";

    @Option(names = "--after", paramLabel = "KEY", description = "Start after this key: to go on where a scan ended.")
    private Optional<String> after = Optional.empty();

    @Option(names = "--limit", paramLabel = "N", description = "At most so many keys. Default: 0, all.")
    private long limit;

    @Option(names = "--keys-only", description = "Leave the values out.")
    private boolean keysOnly;

    ScanCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        ScanOptions how =
                ScanOptions.DEFAULT.withLimit(limit).withKeysOnly(keysOnly).withRead(staleness.read());
        if (after.isPresent()) {
            how = how.withAfter(bytes.key(after.get()));
        }
        byte[] start = bytes.prefix(prefix);
        try (HoldfastClient client = connection.connect(terminal);
                ScanCursor cursor = client.keyspace(keyspace).scan(start, how)) {
            if (json.wanted()) {
                printJson(cursor);
            } else {
                printLines(cursor);
            }
        }
        return ExitCode.OK;
    }

    private void printLines(ScanCursor cursor) {
        PrintStream out = terminal.out();
        for (long count = 1; cursor.hasNext() && !readerHasGone(count); count++) {
            Entry entry = cursor.next();
            String key = bytes.show(entry.key().bytes());
            out.println(keysOnly ? key : key + "\t" + bytes.show(entry.value()));
        }
    }

    private void printJson(ScanCursor cursor) {
        PrintStream out = terminal.out();
        out.print("[");
        for (long count = 1; cursor.hasNext() && !readerHasGone(count); count++) {
            Entry entry = cursor.next();
            ObjectNode node = EntryJson.putKey(Json.object(), entry.key());
            if (!keysOnly) {
                EntryJson.putValue(node, entry.value());
            }
            out.print((count == 1 ? "\n" : ",\n") + Json.compact(EntryJson.putVersion(node, entry.version())));
        }
        out.println("\n]");
    }

    // As after "| head": there is nobody left to print for. Asking flushes, so not after every line.
    private boolean readerHasGone(long count) {
        return count % LINES_BETWEEN_CHECKS == 0 && terminal.out().checkError();
    }
}
