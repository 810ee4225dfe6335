package io.holdfast.server.cli.local;

import io.holdfast.config.HoldfastSettings;
import io.holdfast.server.NodeSystem;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.membership.MembershipException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code node}: one node, until it is stopped. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = {
            "Run one node of a cluster, in the foreground. SIGTERM or Ctrl-C stops it in order.",
            "It ends by itself when it cannot go on, or when the other sites have given it up after it was cut off: let a "
                    + "supervisor (systemd, Kubernetes) start it again."
        })
public final class NodeCommand implements Callable<Integer> {
    private static final Duration STOP_IN_ORDER = Duration.ofSeconds(25);

    private final Terminal terminal;
    private final NodeHost host;

    @Option(names = "--config", paramLabel = "FILE", required = true, description = "The settings, in HOCON.")
    private Path config = Path.of("");

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "A setting that is stronger than the file's, such as site.name=a or sites.a.hosts=[\"10.0.0.1\"]. May be given several times.")
    private Map<String, String> settings = new LinkedHashMap<>();

    @Option(names = "--end-with-input", hidden = true, description = "Stop when standard input ends.")
    private boolean endWithInput;

    @Option(names = "--check", description = "Only check the settings, and say so.")
    private boolean check;

    private final Runnable halt;
    private volatile boolean askedToEnd;

    public NodeCommand(Terminal terminal, NodeHost host) {
        this(terminal, host, () -> Runtime.getRuntime().halt(ExitCode.FAILED));
    }

    /** @param halt ends the process when the node does not end in order */
    public NodeCommand(Terminal terminal, NodeHost host, Runnable halt) {
        this.terminal = terminal;
        this.host = host;
        this.halt = halt;
    }

    @Override
    public Integer call() {
        HoldfastSettings read = HoldfastSettings.load(config, settings);
        read.warnings().forEach(warning -> terminal.err().println("holdfast: " + warning));
        String endpoint = read.site().self().endpoint();
        if (check) {
            NodeSystem.check(read);
            terminal.out()
                    .println("The settings are right: node " + endpoint + " of site "
                            + read.site().name() + ".");
            return ExitCode.OK;
        }
        NodeHost.Running node = host.start(read);
        if (endWithInput) {
            endWithInput(node);
        }
        // Of a signal. The JVM gives its exit code then, whatever this command returns.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> askedToEnd = true, "holdfast-end-watch"));
        try {
            node.ready().toCompletableFuture().join();
            terminal.out().println("ready: " + read.site().name() + "=" + endpoint);
            terminal.out().flush();
            node.terminated().toCompletableFuture().join();
            if (!askedToEnd) {
                // Not 0: a supervisor that starts again what has failed would leave it down.
                throw CommandFailure.failed(
                        "The node has ended by itself: the others have given it up after it was away, or it"
                                + " cannot go on. What it said before says why; it is to be started again.");
            }
            return ExitCode.OK;
        } catch (CompletionException failed) {
            Throwable cause = failed.getCause() == null ? failed : failed.getCause();
            if (cause instanceof MembershipException contradiction) {
                throw CommandFailure.usage(contradiction.getMessage());
            }
            if (cause instanceof RuntimeException known && !(cause instanceof IllegalStateException)) {
                throw known;
            }
            throw CommandFailure.failed("The node has ended: " + cause.getMessage());
        }
    }

    /** A child must not outlive its parent, however that died: the pipe from it closes in any case. */
    private void endWithInput(NodeHost.Running node) {
        Logger log = LoggerFactory.getLogger(NodeCommand.class);
        Thread watch = new Thread(
                () -> {
                    try {
                        while (terminal.in().read() >= 0) {
                            // Nobody has anything to say here; only the end counts.
                            continue;
                        }
                        log.info("The supervisor of this node stops it, or has ended: stopping");
                    } catch (IOException broken) {
                        log.info("Standard input cannot be read ({}): stopping", broken.getMessage());
                    }
                    askedToEnd = true;
                    node.stop();
                    haltAfterDeadline(log);
                },
                "holdfast-parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    /** The end of this process, whatever happens to the orderly stop, which would have ended it before. */
    private void haltAfterDeadline(Logger log) {
        try {
            Thread.sleep(STOP_IN_ORDER.toMillis());
        } catch (InterruptedException noMoreTime) {
            Thread.currentThread().interrupt();
        }
        log.error("The node has not stopped in order within {} s: it ends as it is", STOP_IN_ORDER.toSeconds());
        halt.run();
    }
}
