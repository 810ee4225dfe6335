package io.holdfast.server.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.client.Condition;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.Key;
import io.holdfast.client.ReadOptions;
import io.holdfast.client.Versioned;
import io.holdfast.client.Write;
import io.holdfast.client.WriteConcern;
import io.holdfast.client.WriteOptions;
import io.holdfast.client.WriteResult;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code put}, {@code get} and {@code delete}: one key at a time. */
final class DataCommands {
    private DataCommands() {}

    /** What the three have in common: a keyspace, a key, a cluster. */
    abstract static class OneKey implements Callable<Integer> {
        final Terminal terminal;

        @Mixin
        Connection connection = new Connection();

        @Mixin
        ByteArguments bytes = new ByteArguments();

        @Mixin
        JsonOption json = new JsonOption();

        @Parameters(index = "0", paramLabel = "KS", description = "The keyspace.")
        String keyspace;

        @Parameters(index = "1", paramLabel = "KEY", description = "The key: 1 to 4096 bytes of text.")
        String key;

        OneKey(Terminal terminal) {
            this.terminal = terminal;
        }

        Integer write(Write write, WriteConcern concern, String done) {
            WriteResult result;
            try (HoldfastClient client = connection.connect(terminal)) {
                result = client.keyspace(keyspace).write(write, WriteOptions.DEFAULT.withConcern(concern));
            }
            if (json.wanted()) {
                ObjectNode node = EntryJson.putKey(Json.object(), write.key());
                terminal.out().println(EntryJson.putVersion(node.put("applied", result.applied()), result.version()));
            } else if (result.applied()) {
                terminal.out().println(told(write, result, done));
            }
            if (!result.applied() && !json.wanted()) {
                String found = result.version() == 0 ? "there is no such key" : "it has version " + result.version();
                terminal.err().println("holdfast: '" + write.key() + "' was left as it is: " + found);
            }
            return result.applied() ? ExitCode.OK : ExitCode.FAILED;
        }
    }

    private static String told(Write write, WriteResult result, String done) {
        if (result.version() != 0) {
            return done + " version " + result.version();
        }
        return write instanceof Write.Delete ? "there was no such key" : done + ", version not certain yet";
    }

    /** How many sites a write waits for. */
    static final class Concern {
        @Option(
                names = "--concern",
                paramLabel = "one|majority|all",
                description =
                        "How many sites hold the write before it is acknowledged. Default: the server's, majority.")
        private Optional<WriteConcern> concern = Optional.empty();

        WriteConcern value() {
            return concern.orElse(WriteConcern.SERVER_DEFAULT);
        }
    }

    /** {@code put}. */
    @Command(name = "put", mixinStandardHelpOptions = true, description = "Set a key to a value.")
    static final class Put extends OneKey {
        @Parameters(
                index = "2",
                paramLabel = "VALUE",
                description = "The value, up to 1 MiB of text. '-': standard input, byte for byte.")
        private String value;

        @Option(names = "--if-absent", description = "Only if there is no such key.")
        private boolean ifAbsent;

        @Option(names = "--if-present", description = "Only if there is such a key.")
        private boolean ifPresent;

        @Option(names = "--if-version", paramLabel = "V", description = "Only if the key has this version.")
        private Optional<Long> ifVersion = Optional.empty();

        @Mixin
        private Concern concern = new Concern();

        Put(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            return write(
                    Write.put(bytes.key(key), bytes.value(value, terminal)).when(condition()),
                    concern.value(),
                    "written,");
        }

        private Condition condition() {
            int given = (ifAbsent ? 1 : 0) + (ifPresent ? 1 : 0) + (ifVersion.isPresent() ? 1 : 0);
            if (given > 1) {
                throw CommandFailure.usage("Give one of --if-absent, --if-present and --if-version, not several.");
            }
            if (ifVersion.isPresent()) {
                return Condition.ifVersion(ifVersion.get());
            }
            return ifAbsent ? Condition.IF_ABSENT : ifPresent ? Condition.IF_PRESENT : Condition.ALWAYS;
        }
    }

    /** {@code delete}. */
    @Command(name = "delete", mixinStandardHelpOptions = true, description = "Remove a key; it need not exist.")
    static final class Delete extends OneKey {
        @Option(names = "--if-version", paramLabel = "V", description = "Only if the key has this version.")
        private Optional<Long> ifVersion = Optional.empty();

        @Mixin
        private Concern concern = new Concern();

        Delete(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            Write write = Write.delete(bytes.key(key));
            return write(
                    ifVersion.isPresent() ? write.when(Condition.ifVersion(ifVersion.get())) : write,
                    concern.value(),
                    "deleted,");
        }
    }

    /** {@code get}. */
    @Command(
            name = "get",
            mixinStandardHelpOptions = true,
            description = "Print the value of a key. Exit code 1 if there is no such key.")
    static final class Get extends OneKey {
        @Option(names = "--raw", description = "Print the value's bytes alone, without a line end.")
        private boolean raw;

        @Mixin
        private Staleness staleness = new Staleness();

        Get(Terminal terminal) {
            super(terminal);
        }

        @Override
        public Integer call() {
            if (raw && json.wanted()) {
                throw CommandFailure.usage("Give one of --raw and --json, not both.");
            }
            Key wanted = bytes.key(key);
            Optional<Versioned> found;
            try (HoldfastClient client = connection.connect(terminal)) {
                found = client.keyspace(keyspace).get(wanted, staleness.read());
            }
            if (found.isEmpty()) {
                terminal.err().println("holdfast: there is no key '" + wanted + "' in '" + keyspace + "'");
                return ExitCode.FAILED;
            }
            byte[] value = found.get().value();
            if (json.wanted()) {
                ObjectNode node = EntryJson.putValue(EntryJson.putKey(Json.object(), wanted), value);
                terminal.out().println(EntryJson.putVersion(node, found.get().version()));
            } else if (raw) {
                terminal.out().write(value, 0, value.length);
            } else {
                terminal.out().println(bytes.show(value));
            }
            return ExitCode.OK;
        }
    }

    /** How old an answer may be. */
    static final class Staleness {
        private static final long LONGEST_MILLIS = Duration.ofDays(1).toMillis();

        @Option(
                names = "--max-staleness",
                paramLabel = "MS",
                description = "Let the nearest site answer with a state up to this many milliseconds old. "
                        + "Default: 0, the newest acknowledged state.")
        private Optional<Long> millis = Optional.empty();

        @Option(
                names = "--at",
                paramLabel = "TIMESTAMP",
                description =
                        "As it stood at a timestamp within the keyspace's history: a version or a commit timestamp, a "
                                + "time such as 2026-01-31T12:00:00Z, or an age such as -30s or -5m.")
        private Optional<String> at = Optional.empty();

        ReadOptions read() {
            if (at.isPresent() && millis.isPresent()) {
                throw CommandFailure.usage("Give one of --at and --max-staleness, not both.");
            }
            if (at.isPresent()) {
                return ReadOptions.at(Timestamps.parse(at.get(), System.currentTimeMillis()));
            }
            long age = millis.orElse(0L);
            if (age < 0 || age > LONGEST_MILLIS) {
                throw CommandFailure.usage(
                        "--max-staleness is " + age + ": give milliseconds, 0 to " + LONGEST_MILLIS + " (a day).");
            }
            return age == 0 ? ReadOptions.LINEARIZABLE : ReadOptions.maxStaleness(Duration.ofMillis(age));
        }
    }
}
