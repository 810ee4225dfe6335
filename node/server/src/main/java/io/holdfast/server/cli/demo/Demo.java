package io.holdfast.server.cli.demo;

import io.holdfast.client.ClientOptions;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.HoldfastException;
import io.holdfast.client.KeyspaceInfo;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.server.cli.CommandFailure;
import io.holdfast.server.cli.Terminal;
import io.holdfast.server.cli.Text;
import io.holdfast.server.cli.local.LocalCluster;
import io.holdfast.server.cli.local.LocalLayout;
import io.holdfast.server.cli.transfer.Transfers;
import io.holdfast.v1.KeyspaceStatus;
import io.holdfast.v1.SiteStatus;
import io.holdfast.v1.Status;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;

/** The demo's plot, act by act. For one thread; {@link #close} may come from another. */
final class Demo implements AutoCloseable {
    private static final String DATA = "demo/countries.csv";
    private static final String RECORDS = "countries";
    private static final String ORDERS = "orders";
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration TAKEOVER = Duration.ofSeconds(20);
    private static final Duration CATCH_UP = Duration.ofSeconds(60);
    private static final Duration AUDIT = Duration.ofSeconds(60);
    private static final long POLL_MILLIS = 20;
    private static final int REASON_LENGTH = 160;

    private final LocalLayout layout;
    private final Terminal terminal;
    private final Narrator narrator;
    private final Duration phase;
    private final List<String> failures = new ArrayList<>();
    private volatile Optional<LocalCluster> cluster = Optional.empty();

    /** How it ended. */
    record Verdict(OptionalLong takeoverMillis, long acknowledged, long lost, List<String> failures) {
        Verdict {
            failures = List.copyOf(failures);
        }

        boolean passed() {
            return failures.isEmpty() && lost == 0 && takeoverMillis.isPresent() && acknowledged > 0;
        }

        /** The line that scripts look for. */
        String line() {
            String figures = "takeover_ms=" + (takeoverMillis.isPresent() ? takeoverMillis.getAsLong() : "none")
                    + " acked=" + acknowledged + " lost=" + lost;
            String reason = failures.isEmpty() ? "" : " reason=\"" + shortened(failures.get(0)) + "\"";
            return passed() ? "demo: PASS " + figures : "demo: FAIL " + figures + reason;
        }
    }

    private static String shortened(String reason) {
        String plain = reason.replace('"', '\'');
        return plain.length() <= REASON_LENGTH ? plain : plain.substring(0, REASON_LENGTH) + "…";
    }

    /** @param seconds of load, divided among the time before the kill, without the site, and after its return */
    Demo(LocalLayout layout, Terminal terminal, Narrator narrator, int seconds) {
        this.layout = layout;
        this.terminal = terminal;
        this.narrator = narrator;
        this.phase = Duration.ofMillis(seconds * 1000L / 3);
    }

    Verdict run() throws IOException, InterruptedException {
        narrator.step(
                "Starting " + layout.sites() + " sites on this machine, each a process with its own disk directory");
        LocalCluster running = LocalCluster.start(layout, terminal.environment(), narrator::say);
        cluster = Optional.of(running);
        try {
            running.awaitServing(START);
            narrator.say("ready: " + layout.describe());
            try (HoldfastClient client = HoldfastClient.connect(
                    layout.endpointsFrom("a"), ClientOptions.DEFAULT.withDeadline(Duration.ofSeconds(15)))) {
                return perform(running, client);
            }
        } catch (CommandFailure | HoldfastException failed) {
            failures.add(failed.getMessage().lines().findFirst().orElse("unknown"));
            narrator.bad(failed.getMessage());
            return new Verdict(OptionalLong.empty(), 0, 0, failures);
        }
    }

    private Verdict perform(LocalCluster running, HoldfastClient client) throws IOException, InterruptedException {
        List<String> codes = importRecords(client);
        KeyspaceInfo orders = client.admin().createKeyspace(ORDERS, KeyspaceSettings.DEFAULT);
        try (Load load = Load.start(layout, ORDERS, orders.partitions(), codes)) {
            narrator.step(
                    "Clients at every site write orders and read them back; each acknowledgement goes into a ledger");
            Thread.sleep(phase.toMillis());
            narrator.say(soFar(load));

            String victim = leadsMost(client.admin().status());
            OptionalLong takeover = kill(running, client, load, victim);
            Thread.sleep(phase.toMillis());
            narrator.say(soFar(load));
            List<String> survivors =
                    layout.names().stream().filter(site -> !site.equals(victim)).toList();
            long lost = check(load, survivors, "while site " + victim + " is gone");

            bringBack(running, victim);
            Thread.sleep(phase.toMillis());
            load.stop();
            narrator.say(soFar(load) + "; the clients have stopped");
            awaitCaughtUp(client, victim);
            lost = Math.max(lost, check(load, layout.names(), "with site " + victim + " back"));
            if (load.wrong() > 0) {
                failures.add(load.wrong() + " operations failed or read stale data, such as: "
                        + load.complaints().get(0));
                load.complaints().forEach(narrator::bad);
            }
            return new Verdict(takeover, load.ledger().acknowledged(), lost, failures);
        }
    }

    private List<String> importRecords(HoldfastClient client) throws IOException, InterruptedException {
        client.admin().createKeyspace(RECORDS, KeyspaceSettings.DEFAULT);
        try (InputStream csv = Demo.class.getClassLoader().getResourceAsStream(DATA)) {
            if (csv == null) {
                throw CommandFailure.failed("The data set " + DATA + " is not in this build: build again.");
            }
            List<String> keys = Transfers.importCsv(client.keyspace(RECORDS), csv, "code");
            String sample = client.keyspace(RECORDS)
                    .get("IS")
                    .map(found -> found.text())
                    .orElse("nothing");
            narrator.step("Imported " + Text.count(keys.size(), "record") + " (countries of the world) into keyspace '"
                    + RECORDS + "'");
            narrator.say("get " + RECORDS + " IS → " + sample);
            return keys;
        }
    }

    private static String soFar(Load load) {
        return Text.number(load.ledger().acknowledged()) + " orders acknowledged, " + Text.number(load.reads())
                + " reads checked" + (load.wrong() == 0 ? ", none stale" : "; WRONG: " + load.wrong());
    }

    private static String leadsMost(Status status) {
        return status.getSitesList().stream()
                .max(Comparator.comparingInt(SiteStatus::getLeaders))
                .orElseThrow(() -> CommandFailure.failed("The status names no site"))
                .getSite();
    }

    private OptionalLong kill(LocalCluster running, HoldfastClient client, Load load, String victim)
            throws InterruptedException {
        int leaders = client.admin().status().getSitesList().stream()
                .filter(site -> site.getSite().equals(victim))
                .mapToInt(SiteStatus::getLeaders)
                .sum();
        narrator.step("kill -9 of site " + victim + ", process " + running.pid(victim) + ", which leads "
                + Text.count(leaders, "partition"));
        running.kill(victim);
        load.gaps().watch(System.nanoTime());
        if (!await(TAKEOVER, () -> load.gaps().allHeard())) {
            failures.add("after " + Text.duration(TAKEOVER) + " there are partitions that acknowledge no writes");
            return OptionalLong.empty();
        }
        OptionalLong gap = load.gaps().worstMillis();
        narrator.good("Every partition acknowledges writes again; the longest pause of any was "
                + (gap.isPresent() ? gap.getAsLong() : 0) + " ms");
        return gap;
    }

    private void bringBack(LocalCluster running, String victim) throws InterruptedException {
        narrator.step("Starting site " + victim + " again, with what is on its disk");
        long start = System.nanoTime();
        running.restart(victim);
        running.awaitServing(victim, START);
        narrator.say(
                "Site " + victim + " serves again after " + Text.duration(Duration.ofNanos(System.nanoTime() - start)));
    }

    private void awaitCaughtUp(HoldfastClient client, String victim) throws InterruptedException {
        long start = System.nanoTime();
        boolean done = await(CATCH_UP, () -> caughtUp(client.admin().status()));
        if (done) {
            narrator.good("Site " + victim + " has caught up (lag 0), and each keyspace can lose a site again; waited "
                    + Text.duration(Duration.ofNanos(System.nanoTime() - start)));
        } else {
            failures.add("site " + victim + " has not caught up within " + Text.duration(CATCH_UP));
        }
    }

    /** Whether every replica has everything, and every keyspace holds the level that it declares. */
    private boolean caughtUp(Status status) {
        return status.getSitesList().stream().allMatch(SiteStatus::getReachable)
                && status.getKeyspacesCount() >= 2
                && status.getKeyspacesList().stream().allMatch(Demo::isWhole);
    }

    private static boolean isWhole(KeyspaceStatus keyspace) {
        int replicas = keyspace.getKeyspace().getSitesCount();
        return keyspace.getAvailable()
                && keyspace.getToleratesNow() >= keyspace.getKeyspace().getTolerates()
                && keyspace.getPartitionsList().stream()
                        .allMatch(partition -> partition.getReplicasCount() == replicas
                                && partition.getReplicasList().stream()
                                        .allMatch(replica -> replica.hasLag() && replica.getLag() == 0));
    }

    /** Compares the ledger with what each of these sites says; returns how many entries are wrong at the worst site. */
    private long check(Load load, List<String> sites, String when) throws InterruptedException {
        long worst = 0;
        for (String site : sites) {
            Ledger.Expected expected = load.ledger().expected();
            List<String> wrong = expected.missingFrom(SiteView.readInTime(layout.endpoint(site), ORDERS, AUDIT));
            worst = Math.max(worst, wrong.size());
            if (wrong.isEmpty()) {
                narrator.good("Read through site " + site + " " + when + ": all " + Text.number(expected.size())
                        + " acknowledged orders are there");
            } else {
                narrator.bad("Read through site " + site + " " + when + ": " + Text.number(wrong.size())
                        + " acknowledged orders are not as they were acknowledged, such as: " + wrong.get(0));
            }
        }
        return worst;
    }

    private static boolean await(Duration wait, BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(POLL_MILLIS);
        }
        return true;
    }

    /** Stops the sites. May be called more than once. */
    @Override
    public void close() {
        cluster.ifPresent(LocalCluster::close);
    }
}
