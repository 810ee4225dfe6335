package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Steers runs into the situations in which the closest earlier system (lerna-stack/akka-entity-replication) lost data or stood
 * still. Each test also shows by the timelines that its situation did come up; what must hold then, the checkers say.
 */
class KnownBugsElsewhereTest {
    private static final int SEEDS = 25;

    /** Runs seeds without any fault but the steered ones, and answers all their timelines. */
    private static Stream<String> timelines(Consumer<SimCluster> steering) {
        var quiet = new SimOptions(3, 1, 12, 400, 0, EnumSet.allOf(Fault.class));
        Stream<String> all = Stream.empty();
        for (long seed = 1; seed <= SEEDS; seed++) {
            var cluster = new SimCluster(seed, quiet, true);
            steering.accept(cluster);
            try {
                cluster.run();
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            all = Stream.concat(all, cluster.world.trace.lines().stream());
        }
        return all;
    }

    private static void at(SimCluster cluster, long millis, Runnable event) {
        cluster.world.queue.at(millis * MILLI, event::run);
    }

    private static SimNode leader(SimCluster cluster) {
        return cluster.nodes.stream()
                .filter(node -> node.up()
                        && node.replica(0)
                                .core()
                                .map(core -> core.raft().leadingTerm() != 0)
                                .orElse(false))
                .findFirst()
                .orElse(cluster.nodes.get(0));
    }

    private static SimNode follower(SimCluster cluster) {
        SimNode leader = leader(cluster);
        return cluster.nodes.get((leader.index() + 1) % cluster.nodes.size());
    }

    private static void isolate(SimCluster cluster, SimNode lonely, boolean cut) {
        for (SimNode other : cluster.nodes) {
            if (other != lonely) {
                cluster.network.cut(lonely.index(), other.index(), cut);
                cluster.network.cut(other.index(), lonely.index(), cut);
            }
        }
    }

    private static void restart(SimNode node) {
        if (!node.up()) {
            node.start();
        }
    }

    /** Issues 111, 133, 152: a snapshot from the leader deleted entries that the follower knew to be committed. */
    @Test
    void anImageFromTheLeaderDeletesNothingThatIsCommitted() {
        Stream<String> lines = timelines(cluster -> {
            for (int round = 0; round < 4; round++) {
                long start = 150 + 500L * round;
                at(cluster, start, () -> {
                    SimNode behind = follower(cluster);
                    isolate(cluster, behind, true);
                    at(cluster, start + 250, () -> isolate(cluster, behind, false));
                    // The leader changes while the image is on its way.
                    at(cluster, start + 260, () -> leader(cluster).crash());
                    at(cluster, start + 300, () -> cluster.nodes.forEach(KnownBugsElsewhereTest::restart));
                });
            }
        });
        assertThat(lines).anyMatch(line -> line.contains("image") && line.contains("chunk"));
    }

    /** Issues 155, 156, 165: a leader that came back with entries of its own overwrote, or kept, the wrong ones. */
    @Test
    void whatALostLeaderLeftInItsLogIsReplacedAndNothingElse() {
        Stream<String> lines = timelines(cluster -> {
            for (int round = 0; round < 4; round++) {
                long start = 150 + 500L * round;
                at(cluster, start, () -> {
                    SimNode lost = leader(cluster);
                    isolate(cluster, lost, true);
                    at(cluster, start + 350, () -> isolate(cluster, lost, false));
                    // It crashes about when it truncates, so that the truncation is replayed or lost with the write.
                    at(cluster, start + 355, lost::crash);
                    at(cluster, start + 380, () -> restart(lost));
                });
            }
        });
        assertThat(lines).anyMatch(line -> line.contains("truncate from"));
    }

    /** Issue 157: a caller at the old leader was told that the entry of another caller, at the same index, was its own. */
    @Test
    void noCallerIsAnsweredForAnotherCallersEntry() {
        Stream<String> lines = timelines(cluster -> {
            for (int round = 0; round < 6; round++) {
                long start = 120 + 350L * round;
                at(cluster, start, () -> {
                    SimNode lost = leader(cluster);
                    // Callers still reach it: their writes wait in its log while others commit in their place.
                    isolate(cluster, lost, true);
                    at(cluster, start + 300, () -> isolate(cluster, lost, false));
                });
            }
        });
        assertThat(lines)
                .anyMatch(line -> line.contains("reason=LEADERSHIP_LOST"))
                .anyMatch(line -> line.contains("LEADS NO MORE"));
    }

    /** Issues 167, 170: a replica that restarted while it received or saved a snapshot never caught up again. */
    @Test
    void noReplicaIsStuckWhenASnapshotRacesARestart() {
        Stream<String> lines = timelines(cluster -> {
            at(cluster, 100, () -> {
                SimNode behind = follower(cluster);
                behind.crash();
                for (int round = 0; round < 30; round++) {
                    long start = 600 + 40L * round;
                    at(cluster, start, () -> restart(behind));
                    // From 3 to 32 ms into its life: before, while and after it receives, decodes and saves.
                    at(cluster, start + 3 + round, behind::crash);
                }
                at(cluster, 2000, () -> restart(behind));
            });
        });
        assertThat(lines).anyMatch(line -> line.contains("image") && line.contains("chunk"));
    }

    /** RequestVote left before the term was durable: a candidate that crashed then voted twice in the term. */
    @Test
    void noVoteIsAskedForOrGivenBeforeItIsDurable() {
        Stream<String> lines = timelines(cluster -> {
            for (int round = 0; round < 4; round++) {
                long start = 150 + 600L * round;
                at(cluster, start, () -> {
                    SimNode lost = leader(cluster);
                    cluster.nodes.forEach(node -> node.disk().slow(30 * MILLI));
                    isolate(cluster, lost, true);
                    for (SimNode node : cluster.nodes) {
                        if (node != lost) {
                            // Again and again about when it votes, with the vote still on its way to the disk.
                            at(cluster, start + 250 + 40L * node.index(), node::crash);
                            at(cluster, start + 255 + 40L * node.index(), () -> restart(node));
                        }
                    }
                    at(cluster, start + 500, () -> isolate(cluster, lost, false));
                    at(
                            cluster,
                            start + 500,
                            () -> cluster.nodes.forEach(node -> node.disk().slow(0)));
                });
            }
        });
        assertThat(lines)
                .filteredOn(line -> line.matches(".*<- VoteRequest\\[.* term=([2-9]|\\d\\d+),.*"))
                .as("votes behind the first election, which no crash could disturb")
                .isNotEmpty();
    }
}
