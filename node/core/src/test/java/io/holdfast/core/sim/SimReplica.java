package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.SiteId;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.check.JournalShadow;
import io.holdfast.core.partition.PartitionConfig;
import io.holdfast.core.partition.PartitionCore;
import io.holdfast.core.partition.PartitionImage;
import io.holdfast.core.partition.PartitionInput;
import io.holdfast.core.partition.PartitionOutput;
import io.holdfast.core.partition.Reply;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Outgoing;
import io.holdfast.core.raft.Outputs;
import io.holdfast.core.raft.PeerMessage;
import io.holdfast.core.txn.Unfinished;
import java.util.Optional;

/** Drives one production replica as its actor does: one input at a time, outputs to the network, the journal and the callers. */
final class SimReplica {
    private final SimWorld world;
    private final SimNode node;
    private final SimPartition partition;
    private final PartitionConfig config;
    private final SimJournal journal;
    private Optional<PartitionCore> core = Optional.empty();
    private long identity;
    private Optional<SimJournal.Copy> copy = Optional.empty();
    /** What its disk was made to forget, until that is found out or made good. */
    private Optional<Forgotten> forgotten = Optional.empty();

    private int life;

    private record Forgotten(long identity, long term, long index) {
        boolean isMadeGood(JournalShadow durable) {
            HardState now = durable.hardState();
            boolean votes =
                    now.term() > term || now.term() == term && now.vote().isPresent();
            return now.identity() != identity || votes && durable.lastIndex() >= index;
        }
    }

    SimReplica(SimWorld world, SimNode node, SimPartition partition) {
        this.world = world;
        this.node = node;
        this.partition = partition;
        this.config = partition.config(node.index());
        this.identity = node.identity();
        JournalShadow shadow = partition.checker().storage(node.index(), identity);
        this.journal = new SimJournal(world, node.disk(), this, shadow);
    }

    Optional<PartitionCore> core() {
        return core;
    }

    SimPartition partition() {
        return partition;
    }

    void start() {
        life++;
        var recovery = journal.recover(config, partition.genesis(), node.identity());
        core = Optional.of(new PartitionCore(config, recovery, world.random, node.now()));
        partition.checker().started(node.index(), core.get().raft());
        if (world.trace.readable()) {
            say("started: " + core.get().raft().hardState() + ", log up to "
                    + core.get().raft().lastIndex());
        }
        step(new PartitionInput.ToRaft(new Input.Tick()));
    }

    void crash() {
        life++;
        core = Optional.empty();
        journal.interrupted();
    }

    void wiped() {
        identity = node.identity();
        copy = Optional.empty();
        forgotten = Optional.empty();
        journal.wiped(partition.checker().storage(node.index(), identity));
    }

    /** Of its storage. */
    long identity() {
        return identity;
    }

    boolean hasCopy() {
        return copy.isPresent();
    }

    /** One whose identity is about to change would bring it back from the dead. One that has never been in a term would come back as one that has never run, and keep no silence for what it promised. */
    void copyDisk() {
        HardState held = partition.checker().journal(node.index()).hardState();
        boolean fit = held.term() > 0 && held.identity() == identity;
        copy = fit ? Optional.of(journal.copy()) : Optional.empty();
    }

    void putBackCopy() {
        if (forgotten.isEmpty()) {
            JournalShadow now = partition.checker().journal(node.index());
            forgotten = Optional.of(new Forgotten(identity, now.hardState().term(), now.lastIndex()));
        }
        journal.putBack(copy.orElseThrow());
        partition.checker().storage(node.index(), copy.get().shadow());
        copy = Optional.empty();
    }

    /** Whether its storage holds all that it has ever held, or has become another one, or holds as much again. */
    boolean remembersAll() {
        return forgotten.isEmpty();
    }

    private void look(PartitionCore running, PartitionOutput out) {
        identity = running.raft().hardState().identity();
        JournalShadow durable = partition.checker().journal(node.index());
        if (out.rolledBack().isPresent()) {
            world.tally.count(SimTally.Event.ROLL_BACK_FOUND);
            if (forgotten.isEmpty()) {
                throw CheckFailed.of(
                        "%s took a sound storage for one that has gone back: %s", node.site(), out.rolledBack());
            }
            durable.mayBecome(identity);
            copy = Optional.empty();
        }
        if (forgotten.isPresent() && forgotten.get().isMadeGood(durable)) {
            forgotten = Optional.empty();
        }
    }

    void tick() {
        // As its actor does: whoever is not asked for a tick must do without.
        if (core.isPresent() && node.now().nanos() >= core.get().nextTickNanos()) {
            long patience = world.random.chance(0.05) ? world.random.between(1, 2_000 * MILLI) : 0;
            if (patience > 0 || world.random.chance(0.05)) {
                raft(new Input.Late(patience > 0));
            }
            raft(new Input.Tick(patience));
        }
    }

    void whenAwake(EventQueue.Event event) {
        node.whenAwake(event);
    }

    void raft(Input input) {
        step(new PartitionInput.ToRaft(input));
    }

    void received(PeerMessage message) {
        if (core.isPresent()) {
            if (world.trace.readable()) {
                say("<- " + Texts.of(message));
            }
            raft(new Input.Received(message));
        }
    }

    void durable(long number) {
        raft(new Input.Durable(number));
    }

    void snapshotSaved(long number) {
        world.tally.count(SimTally.Event.SNAPSHOT_SAVED);
        // An image that was received is applied when it is saved.
        long before = core.map(PartitionCore::appliedIndex).orElse(Long.MAX_VALUE);
        step(new PartitionInput.SnapshotSaved(number));
        if (core.map(PartitionCore::appliedIndex).orElse(0L) > before) {
            world.tally.count(SimTally.Event.IMAGE_INSTALLED);
        }
    }

    void snapshotFailed(long number) {
        step(new PartitionInput.SnapshotFailed(number));
    }

    /** The journal failed: the replica hears it once more, then it is thrown away and starts again from the journal. */
    void storageFailed() {
        say("storage failed");
        raft(new Input.StorageFailed());
        crash();
        int current = life;
        world.queue.after(
                world.random.between(50 * MILLI, 300 * MILLI),
                () -> node.whenAwake(() -> {
                    if (current == life && node.up()) {
                        start();
                    }
                }));
    }

    void step(PartitionInput input) {
        if (core.isEmpty()) {
            return;
        }
        PartitionCore running = core.get();
        int current = life;
        boolean ledBefore = running.raft().leadingTerm() != 0;
        PartitionOutput out = running.step(node.now(), input);
        look(running, out);
        partition.checker().stepped(node.index(), running.raft());
        partition.stepped();
        world.trace.count(
                node.index() * 100 + partition.number(),
                running.raft().term(),
                running.raft().lastIndex() * 31 + running.raft().commitIndex());
        if (world.trace.readable() && ledBefore != (running.raft().leadingTerm() != 0)) {
            say((ledBefore ? "LEADS NO MORE, is " : "LEADS, ") + running.raft().role() + " in term "
                    + running.raft().term());
        }
        store(out, current);
        for (Outgoing outgoing : out.messages()) {
            partition.checker().sending(node.index(), outgoing);
            send(outgoing.to(), outgoing.message());
        }
        for (Unfinished transaction : out.unfinished()) {
            partition.unfinished(node.index(), transaction);
        }
        for (Reply reply : out.replies()) {
            partition.replied(node.index(), reply);
        }
    }

    private void store(PartitionOutput out, int current) {
        if (out.write().isPresent()) {
            LogWrite write = out.write().get();
            if (world.trace.readable()) {
                say("writes " + Texts.of(write));
            }
            journal.write(write);
        }
        if (out.snapshot().isPresent()) {
            PartitionOutput.SaveSnapshot save = out.snapshot().get();
            if (world.trace.readable()) {
                say("saves snapshot " + save.number() + " of entry "
                        + save.snapshot().image().index() + " and a tail of "
                        + save.snapshot().logTail().size());
            }
            journal.save(save);
        }
        if (out.encode().isPresent()) {
            encode(out.encode().get(), current);
        }
        if (out.decode().isPresent()) {
            decode(out.decode().get(), current);
        }
    }

    private void send(SiteId to, PeerMessage message) {
        node.send(world.indexOf(to), partition.number(), message);
    }

    private void encode(PartitionImage image, int current) {
        boolean noMemory = world.has(Fault.FULL_MEMORY) && world.random.chance(0.2);
        world.queue.after(
                world.random.exponential(1.0 * MILLI),
                () -> node.whenAwake(() -> {
                    if (current == life) {
                        step(
                                noMemory
                                        ? new PartitionInput.ToRaft(new Input.ImageNotEncoded())
                                        : new PartitionInput.ImageEncoded(image.index(), image.term(), image.encode()));
                    }
                }));
    }

    private void decode(Outputs.ReceivedImage image, int current) {
        boolean fails = world.has(Fault.SNAPSHOT_FAILURE) && world.random.chance(0.1);
        world.queue.after(
                world.random.exponential(1.0 * MILLI),
                () -> node.whenAwake(() -> {
                    if (current == life) {
                        if (fails) {
                            step(new PartitionInput.ImageUndecodable(image.index()));
                        } else {
                            step(new PartitionInput.ImageDecoded(decoded(image)));
                        }
                    }
                }));
    }

    private static PartitionImage decoded(Outputs.ReceivedImage received) {
        PartitionImage image = PartitionImage.decode(received.bytes());
        if (image.index() != received.index() || image.term() != received.term()) {
            throw CheckFailed.of("image of %d/%d says %d", received.index(), received.term(), image.index());
        }
        return image;
    }

    private void say(String what) {
        if (world.trace.readable()) {
            world.trace.line(node.site() + "/" + partition.number(), what);
        }
    }
}
