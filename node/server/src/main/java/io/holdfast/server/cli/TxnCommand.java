package io.holdfast.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Transaction;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code txn}: a small script, run as one transaction. */
@Command(
        name = "txn",
        mixinStandardHelpOptions = true,
        description = {
            "Run a script as one transaction: all of it takes effect at one moment, or none of it.",
            "A line each:  get KS KEY  |  put KS KEY VALUE  |  delete KS KEY  |  add KS KEY NUMBER  |  "
                    + "if KS KEY is VALUE  |  if KS KEY exists  |  if KS KEY absent",
            "A value is the rest of its line behind one blank, with all its blanks; nothing behind the blank is an empty value. Empty lines and lines that start with # are left out. An 'if' that does not "
                    + "hold ends the transaction without effect, with exit code 1. It is run again when it meets another "
                    + "transaction."
        })
final class TxnCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private JsonOption json = new JsonOption();

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The script. '-', the default: standard input.")
    private String file = "-";

    TxnCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    private record Found(String keyspace, String key, Optional<byte[]> value) {}

    @Override
    public Integer call() {
        List<TxnLine> script = TxnLine.parse(text());
        var last = new AtomicReference<Transaction>();
        List<Found> found;
        try (HoldfastClient client = connection.connect(terminal)) {
            found = client.keyspace(script.get(0).keyspace()).transact(transaction -> {
                last.set(transaction);
                return run(script, transaction);
            });
        }
        print(found, last.get().commitTimestamp());
        return ExitCode.OK;
    }

    private String text() {
        byte[] script = bytes();
        return ByteArguments.utf8(script)
                .orElseThrow(() -> CommandFailure.usage("Line " + lineWithoutText(script)
                        + " of the script is no UTF-8. Convert the script to UTF-8; for a value of any bytes use"
                        + " 'holdfast put --hex'."));
    }

    private byte[] bytes() {
        try {
            return file.equals("-") ? terminal.in().readAllBytes() : Files.readAllBytes(Path.of(file));
        } catch (IOException failed) {
            throw CommandFailure.usage("The script " + file + " cannot be read: " + Cli.cause(failed));
        }
    }

    /** No character of UTF-8 but the line's end has its byte, so that each line can be tried alone. */
    private static int lineWithoutText(byte[] script) {
        int number = 1;
        int from = 0;
        for (int at = 0; at < script.length; at++) {
            if (script[at] == '\n') {
                if (ByteArguments.utf8(Arrays.copyOfRange(script, from, at)).isEmpty()) {
                    return number;
                }
                number++;
                from = at + 1;
            }
        }
        return number;
    }

    private static List<Found> run(List<TxnLine> script, Transaction transaction) {
        var found = new ArrayList<Found>();
        for (TxnLine line : script) {
            Transaction here = transaction.on(line.keyspace());
            String key = line.key();
            switch (line.verb()) {
                case GET -> found.add(new Found(line.keyspace(), key, here.get(key)));
                case PUT -> here.put(key, line.value().getBytes(StandardCharsets.UTF_8));
                case DELETE -> here.delete(key);
                case ADD -> here.increment(io.holdfast.client.Key.of(key), Long.parseLong(line.value()));
                case IF_IS, IF_EXISTS, IF_ABSENT -> require(line, here.get(key));
            }
        }
        return found;
    }

    private static void require(TxnLine line, Optional<byte[]> value) {
        boolean holds =
                switch (line.verb()) {
                    case IF_EXISTS -> value.isPresent();
                    case IF_ABSENT -> value.isEmpty();
                    default ->
                        value.map(bytes -> Arrays.equals(bytes, line.value().getBytes(StandardCharsets.UTF_8)))
                                .orElse(false);
                };
        if (!holds) {
            throw CommandFailure.failed(
                    "Line " + line.number() + " does not hold, and nothing was done: key '" + line.key()
                            + "' of '" + line.keyspace() + "' "
                            + value.flatMap(ByteArguments::utf8)
                                    .map(text -> "is '" + text + "'.")
                                    .orElse(value.isPresent() ? "is no text." : "does not exist."));
        }
    }

    private void print(List<Found> found, long timestamp) {
        if (json.wanted()) {
            ObjectNode document = Json.object();
            ArrayNode reads = document.putArray("reads");
            for (Found one : found) {
                ObjectNode read =
                        reads.addObject().put("keyspace", one.keyspace()).put("key", one.key());
                if (one.value().isPresent()) {
                    EntryJson.putValue(read, one.value().get());
                } else {
                    read.putNull("value");
                }
            }
            terminal.out().println(EntryJson.putNumber(document, "timestamp", timestamp));
            return;
        }
        var bytes = new ByteArguments();
        found.forEach(one -> terminal.out()
                .println(one.keyspace() + "/" + one.key() + "\t"
                        + one.value().map(bytes::show).orElse("(none)")));
        terminal.out().println(timestamp == 0 ? "read at one moment" : "committed at " + timestamp);
    }
}
