package io.holdfast.server.cli.check;

import io.holdfast.server.cli.local.LocalCluster;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Kills one site and stops another one for a while, in turn, until the time is over. Always leaves a majority. */
final class Faults {
    private static final Duration BETWEEN = Duration.ofSeconds(3);
    private static final Duration STOPPED = Duration.ofSeconds(3);
    private static final Duration START = Duration.ofMinutes(1);

    private final LocalCluster cluster;
    private final Consumer<String> story;
    private int turn;

    Faults(LocalCluster cluster, Consumer<String> story) {
        this.cluster = cluster;
        this.story = story;
    }

    /** @param until as of {@link System#nanoTime} */
    void run(long until) throws InterruptedException, IOException {
        List<String> sites = cluster.layout().names();
        pause(BETWEEN, until);
        while (System.nanoTime() - until < 0) {
            String site = sites.get(turn % sites.size());
            if (turn % 2 == 0) {
                story.accept("site " + site + " is killed (SIGKILL)");
                cluster.kill(site);
                pause(BETWEEN, until);
                cluster.restart(site);
                cluster.awaitServing(site, START);
                story.accept("site " + site + " is back");
            } else {
                story.accept("site " + site + " is stopped for " + STOPPED.toSeconds() + " s (SIGSTOP)");
                signal("-STOP", site);
                try {
                    pause(STOPPED, until + STOPPED.toNanos());
                } finally {
                    signal("-CONT", site);
                }
                story.accept("site " + site + " goes on");
            }
            turn++;
            pause(BETWEEN, until);
        }
    }

    private static void pause(Duration wanted, long until) throws InterruptedException {
        long left = Math.min(wanted.toNanos(), until - System.nanoTime());
        TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
    }

    private void signal(String signal, String site) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", signal, Long.toString(cluster.pid(site)))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("The process of site " + site + " did not take the signal " + signal + ".");
        }
    }
}
