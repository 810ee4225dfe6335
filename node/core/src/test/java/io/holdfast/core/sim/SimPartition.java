package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.SiteId;
import io.holdfast.core.check.CommittedModel;
import io.holdfast.core.check.RaftChecker;
import io.holdfast.core.partition.PartitionConfig;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.raft.RaftConfig;
import io.holdfast.core.store.PartitionStore;
import io.holdfast.core.txn.Unfinished;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.ObjIntConsumer;

/** What belongs to one partition over all sites: its settings, drawn anew by each seed, and its checkers. */
final class SimPartition {
    private final SimWorld world;
    private final int number;
    private final Membership genesis;
    private final RaftChecker checker;
    private final CommittedModel model;
    private final int mostSkipped;
    private final ObjIntConsumer<Reply> replies;
    private final ObjIntConsumer<Unfinished> finisher;
    private final List<PartitionConfig> configs = new ArrayList<>();
    private long steps;

    SimPartition(
            SimWorld world,
            int number,
            Membership genesis,
            ObjIntConsumer<Reply> replies,
            ObjIntConsumer<Unfinished> finisher) {
        this.finisher = finisher;
        this.world = world;
        this.number = number;
        this.genesis = genesis;
        this.replies = replies;
        long historyMillis = world.random.pick(List.of(1L, 200L, 2000L));
        this.mostSkipped = world.random.pick(List.of(1, 2, 4096));
        this.model = new CommittedModel(historyMillis, mostSkipped);
        this.checker = new RaftChecker(world.sites, genesis, this::committed);
        drawConfigs(historyMillis);
    }

    private void drawConfigs(long historyMillis) {
        SimRandom random = world.random;
        long election = random.between(100, 300) * MILLI;
        long lease = random.chance(0.8) ? election * random.between(60, 95) / 100 : 0;
        long quiesce = random.between(100, 2000) * MILLI;
        int appendBytes = (int) random.between(100, 4000);
        int inFlight = (int) random.between(1, 8);
        int writeBytes = (int) random.between(200, 8000);
        long tailBytes = random.pick(List.of(300L, 3_000L, 100_000L));
        int chunkBytes = (int) random.between(100, 2000);
        long imageRetry = random.between(50, 300) * MILLI;
        long snapshotBytes = random.pick(List.of(500L, 4_000L, 30_000L));
        int entryBytes = (int) random.between(100, 2000);
        long pendingBytes = random.pick(List.of(400L, 100_000L));
        // Looked for often where something expires, because runs are short.
        int pendingReads = random.pick(List.of(2, 1000));
        for (SiteId self : world.sites) {
            var preference = new ArrayList<>(world.sites);
            Collections.rotate(preference, -number);
            var raft = new RaftConfig(
                    self,
                    preference,
                    election / 6,
                    election,
                    lease,
                    world.driftBound,
                    quiesce,
                    appendBytes,
                    inFlight,
                    writeBytes,
                    tailBytes,
                    chunkBytes,
                    imageRetry);
            configs.add(new PartitionConfig(
                    raft,
                    new PartitionStore.Limits(historyMillis, world.retentionMillis, mostSkipped),
                    entryBytes,
                    pendingBytes,
                    pendingReads,
                    snapshotBytes));
        }
    }

    private void committed(Entry entry) {
        model.committed(entry);
        if (entry.kind() == Entry.Kind.ADMIT) {
            world.tally.count(SimTally.Event.ADMISSION);
        }
    }

    int number() {
        return number;
    }

    Membership genesis() {
        return genesis;
    }

    PartitionConfig config(int site) {
        return configs.get(site);
    }

    RaftChecker checker() {
        return checker;
    }

    CommittedModel model() {
        return model;
    }

    void replied(int site, Reply reply) {
        replies.accept(reply, site);
    }

    /** A replica wants somebody to finish a transaction: its node does. */
    void unfinished(int site, Unfinished transaction) {
        finisher.accept(transaction, site);
    }

    void stepped() {
        steps++;
    }

    long steps() {
        return steps;
    }
}
