package io.holdfast.server.cli.check;

import io.holdfast.server.cli.local.LocalCluster;
import io.holdfast.server.cli.local.SiteNetworks;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Kills, stops and cuts off one site after another, for a while each, until the time is over. Always leaves a majority. */
final class Faults {
    private static final Duration BETWEEN = Duration.ofSeconds(3);
    private static final Duration TROUBLE = Duration.ofSeconds(3);
    private static final Duration START = Duration.ofMinutes(1);

    private final LocalCluster cluster;
    private final Optional<SiteNetworks> networks;
    private final Consumer<String> story;
    private int turn;

    /** @param networks without them sites are not cut off */
    Faults(LocalCluster cluster, Optional<SiteNetworks> networks, Consumer<String> story) {
        this.cluster = cluster;
        this.networks = networks;
        this.story = story;
    }

    /**
     * Answers how many faults there were.
     *
     * @param until as of {@link System#nanoTime}
     */
    int run(long until) throws InterruptedException, IOException {
        List<String> sites = cluster.layout().names();
        int kinds = networks.isPresent() ? 5 : 2;
        pause(BETWEEN, until);
        while (System.nanoTime() - until < 0) {
            String site = sites.get(turn % sites.size());
            switch (turn % kinds) {
                case 0 -> kill(site, until);
                case 1 -> stop(site, until);
                case 2 -> cutOff(site, until);
                case 3 -> cutOneWay(site, sites.get((turn + 1) % sites.size()), until);
                default -> breakLink(site, sites.get((turn + 1) % sites.size()), until);
            }
            turn++;
            pause(BETWEEN, until);
        }
        return turn;
    }

    private void kill(String site, long until) throws InterruptedException {
        story.accept("site " + site + " is killed (SIGKILL)");
        cluster.kill(site);
        pause(BETWEEN, until);
        cluster.restart(site);
        cluster.awaitServing(site, START);
        story.accept("site " + site + " is back");
    }

    private void stop(String site, long until) throws InterruptedException, IOException {
        story.accept("site " + site + " is stopped for " + TROUBLE.toSeconds() + " s (SIGSTOP)");
        signal("STOP", site);
        try {
            pause(TROUBLE, until + TROUBLE.toNanos());
        } finally {
            signal("CONT", site);
        }
        story.accept("site " + site + " goes on");
    }

    /** Clients still reach it. */
    private void cutOff(String site, long until) throws InterruptedException, IOException {
        story.accept("site " + site + " is cut off from the others for " + TROUBLE.toSeconds() + " s");
        List<String> others = cluster.layout().names().stream()
                .filter(other -> !other.equals(site))
                .toList();
        for (String other : others) {
            networks.orElseThrow().cut(site, other);
            networks.orElseThrow().cut(other, site);
        }
        pause(TROUBLE, until + TROUBLE.toNanos());
        for (String other : others) {
            networks.orElseThrow().heal(site, other);
            networks.orElseThrow().heal(other, site);
        }
        story.accept("site " + site + " is connected again");
    }

    private void cutOneWay(String from, String to, long until) throws InterruptedException, IOException {
        story.accept("nothing that site " + from + " sends reaches site " + to + " for " + TROUBLE.toSeconds() + " s");
        networks.orElseThrow().cut(from, to);
        pause(TROUBLE, until + TROUBLE.toNanos());
        networks.orElseThrow().heal(from, to);
        story.accept("site " + from + " reaches site " + to + " again");
    }

    private void breakLink(String one, String other, long until) throws InterruptedException, IOException {
        story.accept(
                "the link between site " + one + " and site " + other + " is broken for " + TROUBLE.toSeconds() + " s");
        networks.orElseThrow().cut(one, other);
        networks.orElseThrow().cut(other, one);
        pause(TROUBLE, until + TROUBLE.toNanos());
        networks.orElseThrow().heal(one, other);
        networks.orElseThrow().heal(other, one);
        story.accept("sites " + one + " and " + other + " are connected again");
    }

    private static void pause(Duration wanted, long until) throws InterruptedException {
        long left = Math.min(wanted.toNanos(), until - System.nanoTime());
        TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
    }

    private void signal(String signal, String site) throws IOException, InterruptedException {
        if (!Signals.send(signal, cluster.pid(site))) {
            throw new IOException("The process of site " + site + " did not take the signal " + signal + ".");
        }
    }
}
