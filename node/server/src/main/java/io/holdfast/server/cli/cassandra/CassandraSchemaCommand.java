package io.holdfast.server.cli.cassandra;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import io.holdfast.config.PersistenceSettings;
import io.holdfast.persistence.cassandra.CassandraException;
import io.holdfast.persistence.cassandra.SiteCassandra;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Terminal;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code cassandra schema}: the keyspace and the tables of one site. */
@Command(
        name = "schema",
        mixinStandardHelpOptions = true,
        description = {
            "Create the keyspace and the tables of a site in its Cassandra, as persistence.cassandra says. What is there stays as it "
                    + "is, so repeating it is safe.",
            "A new keyspace is a new storage: a site that starts on it is filled by the other sites."
        })
public final class CassandraSchemaCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            required = true,
            description = "The settings of a node of the site, in HOCON.")
    private Path config = Path.of("");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting that is stronger than the file's, such as site.name=a or sites.a.hosts=[\"10.0.0.1\"]. May be given several times.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(
            names = "--replication",
            paramLabel = "N",
            required = true,
            description = "How many nodes of the site's Cassandra hold each row: 3, or 1 where there is one node only.")
    private int replication;

    @Option(
            names = "--replace",
            paramLabel = "KEYSPACE",
            description =
                    "First drop the keyspace of this name, which must be the configured one, WITH ALL THAT IS IN IT. For a site "
                            + "that is to be rebuilt from the others. Stop its nodes before.")
    private Optional<String> replace = Optional.empty();

    public CassandraSchemaCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        HoldfastSettings read = HoldfastSettings.load(config, settings);
        if (read.persistence().journal() != PersistenceSettings.Journal.CASSANDRA) {
            throw CommandFailure.usage(
                    "persistence.journal is not cassandra in " + config + ": this site needs no schema.");
        }
        String keyspace = read.persistence().cassandra().keyspace();
        replace.filter(name -> !name.equals(keyspace)).ifPresent(name -> {
            throw CommandFailure.usage("--replace is '" + name + "', and the configured keyspace is '" + keyspace
                    + "': nothing was dropped.");
        });
        try (var site = SiteCassandra.connect(PekkoConfig.of(read, PekkoConfig.Hosting.OWN_PROCESS))) {
            if (replace.isPresent()) {
                site.replaceSchema(replication);
            } else {
                site.createSchema(replication);
            }
            site.requireUsable();
        } catch (CassandraException problem) {
            String message = problem.getMessage() + ".";
            throw problem.mayHeal() ? CommandFailure.failed(message) : CommandFailure.usage(message);
        }
        terminal.out()
                .println("The keyspace '" + keyspace + "' of site "
                        + read.site().name() + " is ready, replication " + replication + ".");
        return ExitCode.OK;
    }
}
