package io.holdfast.server.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.KeyspaceInfo;
import io.holdfast.client.KeyspaceSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code keyspace}: creates and lists keyspaces. */
@Command(
        name = "keyspace",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Create and list keyspaces.")
final class KeyspaceCommand implements Callable<Integer> {
    private final Terminal terminal;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    KeyspaceCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        spec.commandLine().usage(terminal.err());
        return ExitCode.USAGE;
    }

    static ObjectNode json(KeyspaceInfo keyspace) {
        ObjectNode node = Json.object();
        node.put("name", keyspace.name());
        node.put("partitions", keyspace.partitions());
        node.put("tolerates", keyspace.tolerates());
        node.put("history_millis", keyspace.history().toMillis());
        ArrayNode sites = node.putArray("sites");
        keyspace.sites().forEach(sites::add);
        return node;
    }

    /** {@code keyspace create}. */
    @Command(
            name = "create",
            mixinStandardHelpOptions = true,
            description = "Create a keyspace. Its partitions and tolerance cannot be changed later.")
    static final class Create implements Callable<Integer> {
        private static final Duration SHORTEST_HISTORY = Duration.ofMillis(100);

        private final Terminal terminal;

        @Mixin
        private Connection connection = new Connection();

        @Mixin
        private JsonOption json = new JsonOption();

        @Parameters(index = "0", paramLabel = "NAME", description = "1 to 63 of a-z, 0-9 and '-', a letter first.")
        private String name;

        @Option(
                names = "--partitions",
                paramLabel = "N",
                description = "How many parts it is split into, 1 to 1024. Default: the server's, 16.")
        private Optional<Integer> partitions = Optional.empty();

        @Option(
                names = "--tolerates",
                paramLabel = "SITES",
                description = "How many sites may be lost with nothing lost. Default: the server's, 1.")
        private Optional<Integer> tolerates = Optional.empty();

        @Option(
                names = "--history",
                paramLabel = "TIME",
                description =
                        "How long old versions stay readable, for --at and snapshots, such as 30s, 10m or 1h; paid in "
                                + "memory. Default: the server's, 5s.")
        private Optional<String> history = Optional.empty();

        Create(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            KeyspaceSettings settings = KeyspaceSettings.DEFAULT;
            if (partitions.isPresent()) {
                settings = settings.withPartitions(partitions.get());
            }
            if (tolerates.isPresent()) {
                settings = settings.withTolerates(tolerates.get());
            }
            if (history.isPresent()) {
                settings = settings.withHistory(history(history.get()));
            }
            try (HoldfastClient client = connection.connect(terminal)) {
                KeyspaceInfo created = client.admin().createKeyspace(name, settings);
                terminal.out().println(json.wanted() ? json(created) : "created " + describe(created));
            }
            return ExitCode.OK;
        }

        private static Duration history(String text) {
            Duration given = Timestamps.duration("history", text);
            if (given.compareTo(SHORTEST_HISTORY) < 0) {
                throw CommandFailure.usage("--history is " + text + ": give " + SHORTEST_HISTORY.toMillis()
                        + "ms to 24h, as for the setting database.history.");
            }
            return given;
        }

        private static String describe(KeyspaceInfo keyspace) {
            return keyspace.name() + ": " + Text.count(keyspace.partitions(), "partition") + ", tolerates the loss of "
                    + Text.count(keyspace.tolerates(), "site");
        }
    }

    /** {@code keyspace list}. */
    @Command(name = "list", mixinStandardHelpOptions = true, description = "List the keyspaces.")
    static final class ListAll implements Callable<Integer> {
        private final Terminal terminal;

        @Mixin
        private Connection connection = new Connection();

        @Mixin
        private JsonOption json = new JsonOption();

        ListAll(Terminal terminal) {
            this.terminal = terminal;
        }

        @Override
        public Integer call() {
            List<KeyspaceInfo> keyspaces;
            try (HoldfastClient client = connection.connect(terminal)) {
                keyspaces = client.admin().listKeyspaces();
            }
            if (json.wanted()) {
                ArrayNode all = Json.array();
                keyspaces.forEach(keyspace -> all.add(json(keyspace)));
                terminal.out().println(Json.pretty(all));
                return ExitCode.OK;
            }
            if (keyspaces.isEmpty()) {
                terminal.err().println("There is no keyspace yet: create one with 'holdfast keyspace create NAME'.");
                return ExitCode.OK;
            }
            Table table = new Table("KEYSPACE", "PARTITIONS>", "TOLERATES>", "HISTORY>", "SITES");
            for (KeyspaceInfo each : keyspaces) {
                table.row(
                        each.name(),
                        Integer.toString(each.partitions()),
                        Text.count(each.tolerates(), "site"),
                        Text.duration(each.history()),
                        String.join(" ", each.sites()));
            }
            terminal.out().print(table.render(terminal.colours()));
            return ExitCode.OK;
        }
    }
}
