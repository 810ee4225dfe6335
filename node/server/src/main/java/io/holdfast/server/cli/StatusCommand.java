package io.holdfast.server.cli;

import io.holdfast.client.HoldfastClient;
import io.holdfast.v1.SiteEndpoints;
import io.holdfast.v1.Status;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code status}: how the cluster is. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Show sites, leaders, lag, the level of tolerance declared and held now, and incidents, as one node sees them.",
            "Exit code 0 if every partition can be served, 1 if one cannot."
        })
final class StatusCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private Connection connection = new Connection();

    @Mixin
    private JsonOption json = new JsonOption();

    @Option(names = "--site", paramLabel = "SITE", description = "Ask a node of this site. Default: the nearest node.")
    private Optional<String> site = Optional.empty();

    @Option(names = "--partitions", description = "Show each partition with its leader and the lag of each site.")
    private boolean partitions;

    StatusCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        Status status;
        try (HoldfastClient client = connection.connect(terminal)) {
            site.ifPresent(name -> requireSite(client, name));
            status = site.isPresent()
                    ? client.admin().status(site.get())
                    : client.admin().status();
        }
        if (json.wanted()) {
            terminal.out().println(Json.pretty(StatusJson.of(status)));
        } else {
            // A line that a terminal breaks is harder to read than one that is cut; a file has room.
            int columns = terminal.outIsTerminal() ? terminal.columns() : Integer.MAX_VALUE;
            terminal.out()
                    .print(new StatusText(terminal.colours(), columns, ZoneId.systemDefault())
                            .render(status, partitions));
        }
        boolean available = status.getKeyspacesList().stream().allMatch(io.holdfast.v1.KeyspaceStatus::getAvailable);
        return available ? ExitCode.OK : ExitCode.FAILED;
    }

    /** A site that there is not would be waited for as one that is down. */
    private static void requireSite(HoldfastClient client, String name) {
        List<String> sites = client.admin().routes().getSitesList().stream()
                .map(SiteEndpoints::getSite)
                .toList();
        if (!sites.contains(name)) {
            throw CommandFailure.usage(
                    "There is no site '" + name + "'. The sites are: " + String.join(", ", sites) + ".");
        }
    }
}
