package io.holdfast.server.cli.demo;

import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.ExitCode;
import io.holdfast.server.cli.InterruptHook;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.cli.local.TemporaryLayout;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code demo}: the loss and the return of a site under load, checked. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Start three sites on this machine, import real data, kill a site under load with kill -9, watch another take "
                    + "over, let the site return, and check that no acknowledged write was lost.",
            "Exit code 0 only if all of it holds. The last line says so: demo: PASS takeover_ms=… acked=… lost=0"
        })
public final class DemoCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Option(names = "--seconds", paramLabel = "S", description = "How long to keep up the load, 3 to 600. Default: 15.")
    private int seconds = 15;

    @Option(names = "--sites", paramLabel = "N", description = "How many sites, 3 to 9. Default: 3.")
    private int sites = 3;

    @Option(names = "--keep", description = "Keep the data and the logs, and say where they are.")
    private boolean keep;

    public DemoCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (seconds < 3 || seconds > 600) {
            throw CommandFailure.usage("--seconds is " + seconds + ": give 3 to 600.");
        }
        if (sites < 3) {
            throw CommandFailure.usage("--sites is " + sites + ": the loss of a site takes at least 3 to survive.");
        }
        Path data = Files.createTempDirectory("holdfast-demo-");
        Narrator narrator = new Narrator(terminal);
        Demo demo = new Demo(TemporaryLayout.find(sites, data, narrator::say), terminal, narrator, seconds);
        InterruptHook hook = InterruptHook.set("holdfast-demo-stop", () -> clean(demo, data, keep));
        Demo.Verdict verdict;
        try {
            verdict = demo.run();
        } catch (IOException | RuntimeException broken) {
            // Whoever looks for the reason needs the logs, which the hook would remove.
            if (hook.remove()) {
                narrator.say("The sites' data and logs are in " + data + ".");
            }
            throw broken;
        } finally {
            demo.close();
        }
        boolean passed = verdict.passed();
        if (passed && !keep) {
            narrator.say("All sites stopped, their data removed (--keep keeps it).");
        } else {
            narrator.say("All sites stopped. Their data and logs are in " + data + ".");
        }
        hook.remove();
        if (passed && !keep) {
            TemporaryLayout.delete(data);
        }
        terminal.out().println(verdict.line());
        return passed ? ExitCode.OK : ExitCode.FAILED;
    }

    /** After Ctrl-C. */
    private static void clean(Demo demo, Path data, boolean keep) {
        demo.close();
        if (!keep) {
            TemporaryLayout.delete(data);
        }
    }
}
