package io.holdfast.loadtest;

import static io.gatling.javaapi.core.CoreDsl.atOnceUsers;
import static io.gatling.javaapi.core.CoreDsl.pause;
import static io.gatling.javaapi.core.CoreDsl.scenario;

import io.gatling.javaapi.core.ChainBuilder;
import io.grpc.StatusRuntimeException;
import io.holdfast.client.HoldfastClient;
import io.holdfast.client.KeyspaceSettings;
import io.holdfast.loadtest.Expectation.Finding;
import io.holdfast.loadtest.cluster.Health;
import io.holdfast.loadtest.gatling.HoldfastActionBuilder;
import io.holdfast.loadtest.load.Values;
import io.holdfast.loadtest.load.Verdict;
import io.holdfast.loadtest.load.WriteLedger;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A steady load with a book of what was acknowledged, while something happens to sites. Expects that no acknowledged write is lost at
 * any site, that no request fails, that all sites are whole again while the load still runs, and a bound of the worst gap between acknowledged writes of
 * any partition.
 */
abstract class FaultSimulation extends LoadSimulation {
    private static final Duration LONGEST_FAULT = Duration.ofMinutes(10);
    private static final Duration AUDIT = Duration.ofMinutes(2);

    private final String keyspace = settings.text("keyspace", "load-faults");
    private final double rate = settings.number("rate", 500, 0.1, 1_000_000);
    private final Duration length = settings.seconds("seconds", usualSeconds(), 1);
    private final Duration before = settings.seconds("before-fault", 10, 0.1);
    private final LedgerLoad load = new LedgerLoad(
            keyspace,
            Values.parse(settings.text("value-size", "256")),
            settings.whole("write-percent", 80, 1, 99),
            settings.whole("seed", 1, Integer.MIN_VALUE, Integer.MAX_VALUE));
    /** Ends when the sites are whole again; with what went wrong, if something did. */
    private final CompletableFuture<Void> faultOver = new CompletableFuture<>();

    private volatile List<String> sites = List.of();
    private volatile long worstLoss = -1;
    /** When the fault was over. */
    private volatile long acknowledgedBefore = Long.MAX_VALUE;

    /** How long the load lasts if nobody says so, in seconds: long enough for the fault and the return. */
    abstract double usualSeconds();

    /** What happens; blocks until the sites are whole again. */
    abstract ChainBuilder fault();

    final void runWithFault() {
        double gap = settings.number("max-gap-ms", 1000, 0, 1e6);
        expect("the fault was made and is over", this::judgeFault);
        // How long the sites take to come back depends on the machine.
        expectTiming("writes were acknowledged behind the fault", this::judgeBehind);
        expect("acknowledged writes lost at no site", this::judgeLost);
        expectFailedAtMost("requests", figures::all);
        expectTiming(
                "worst gap of any partition at most " + gap + " ms",
                () -> worstGapMillis() < 0
                        ? new Finding(false, "a partition acknowledges no writes any more")
                        : Finding.atMost(worstGapMillis(), gap, "ms"));
        run(
                load.population(rate, length).andThen(verification()),
                scenario("fault").exec(pause(before)).exec(fault()).injectOpen(atOnceUsers(1)));
    }

    /** A step of the fault, which may block. If it fails the run is not kept waiting for the end of the fault. */
    final HoldfastActionBuilder<Boolean> faultStep(String name, FaultStep step) {
        return step(name, () -> {
            try {
                step.run();
                return true;
            } catch (IOException | InterruptedException | RuntimeException failed) {
                faultOver.completeExceptionally(failed);
                throw failed;
            }
        });
    }

    /** What {@link #faultStep} does. */
    @FunctionalInterface
    interface FaultStep {
        void run() throws IOException, InterruptedException;
    }

    /** From now on gaps count. */
    final void watchGaps() {
        load.gaps().watch(System.nanoTime());
    }

    /** From now on each partition must acknowledge what is sent: the fault has been made. */
    final void expectWrites() {
        load.gaps().expectFrom(System.nanoTime());
    }

    /** The last step of a fault. */
    final HoldfastActionBuilder<Boolean> faultEnds() {
        return faultStep("sites are whole", () -> {
            awaitWhole();
            acknowledgedBefore = load.ledger().size();
            faultOver.complete(null);
        });
    }

    final List<String> sites() {
        return sites;
    }

    final void requireSites(List<String> wanted) {
        wanted.stream().filter(site -> !sites.contains(site)).findFirst().ifPresent(site -> {
            throw new IllegalArgumentException("There is no site '" + site + "': there are " + sites + ".");
        });
    }

    private Finding judgeFault() throws Exception {
        faultOver.get(LONGEST_FAULT.toSeconds(), TimeUnit.SECONDS);
        return new Finding(true, "it is");
    }

    /** A load that has ended before the fault shows nothing of it. */
    private Finding judgeBehind() {
        long behind = Math.max(0, load.ledger().size() - acknowledgedBefore);
        Finding some = Finding.some(behind, "acknowledged");
        return some.holds() ? some : new Finding(false, some.text() + ": give more -Dholdfast.seconds");
    }

    private Finding judgeLost() throws IOException, InterruptedException {
        awaitWhole();
        long written = load.ledger().size();
        StringBuilder found = new StringBuilder(written + " acknowledged");
        boolean none = written > 0;
        long worst = 0;
        for (String site : sites) {
            WriteLedger.Audit audit = auditInTime(site);
            found.append(", site ").append(site).append(" lacks ").append(audit.lost());
            if (audit.lost() > 0) {
                none = false;
                found.append(" such as number ").append(audit.firstLost());
            }
            worst = Math.max(worst, audit.lost());
        }
        worstLoss = worst;
        return new Finding(none, found.toString());
    }

    /** A site that has just come back may be late with its answer, which is no loss: it is asked again for a while. */
    private WriteLedger.Audit auditInTime(String site) throws InterruptedException {
        long deadline = System.nanoTime() + AUDIT.toNanos();
        while (true) {
            try {
                return load.audit(client(), site);
            } catch (StatusRuntimeException late) {
                if (System.nanoTime() - deadline > 0) {
                    throw late;
                }
                TimeUnit.SECONDS.sleep(1);
            }
        }
    }

    private double worstGapMillis() {
        OptionalLong worst = load.gaps().worstNanos();
        return worst.isPresent() ? worst.getAsLong() / 1e6 : -1;
    }

    @Override
    void prepare(HoldfastClient client) throws IOException, InterruptedException {
        sites = Health.sites(client);
        load.begin(ensureKeyspace(keyspace, KeyspaceSettings.DEFAULT));
    }

    @Override
    void summarize(Verdict summary) {
        summary.figure("seconds", length.toSeconds());
        summary.figure("rate", rate);
        summary.figure("acked", load.ledger().size());
        summary.figure("lost", worstLoss < 0 ? "unknown" : Long.toString(worstLoss));
        summary.figure("worst_gap_ms", worstGapMillis() < 0 ? "unknown" : Long.toString(Math.round(worstGapMillis())));
        summary.figures(figures.all());
    }
}
