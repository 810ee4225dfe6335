package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.Bytes;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.check.JournalShadow;
import io.holdfast.core.partition.PartitionConfig;
import io.holdfast.core.partition.PartitionImage;
import io.holdfast.core.partition.PartitionOutput.SaveSnapshot;
import io.holdfast.core.partition.Recovery;
import io.holdfast.core.partition.ReplicaSnapshot;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Membership;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;

/**
 * The storage of one replica: an append-only journal and one snapshot. What is not synced at a crash is lost or not, as a
 * whole; a torn record counts as lost, because the journal's checksums find it.
 */
final class SimJournal {
    private final SimWorld world;
    private final SimDisk disk;
    private final SimReplica owner;
    private final ArrayDeque<LogWrite> records = new ArrayDeque<>();
    private Optional<Stored> snapshot = Optional.empty();
    private JournalShadow shadow;

    /** All writes ever given, and ever made durable, counted over all lives. */
    private long given;

    private long durable;
    private Optional<LogWrite> inFlight = Optional.empty();
    private Optional<Saving> saving = Optional.empty();
    private int life;

    /** @param image encoded at some moment while the replica went on, as a thread of its own would do it */
    private record Saving(SaveSnapshot save, long coversGiven, Optional<Bytes> image) {}

    record Stored(HardState hardState, Bytes image, List<Entry> logTail) {
        ReplicaSnapshot read() {
            return new ReplicaSnapshot(hardState, PartitionImage.decode(image), logTail);
        }
    }

    /** All that is durable at one moment. */
    record Copy(List<LogWrite> records, Optional<Stored> snapshot, JournalShadow shadow) {}

    SimJournal(SimWorld world, SimDisk disk, SimReplica owner, JournalShadow shadow) {
        this.world = world;
        this.disk = disk;
        this.owner = owner;
        this.shadow = shadow;
    }

    Recovery recover(PartitionConfig config, Membership genesis, long identity) {
        var recovery = new Recovery(config, Input.Room.ENOUGH, genesis, identity);
        snapshot.ifPresent(stored -> recovery.snapshot(stored.read()));
        records.forEach(recovery::replay);
        return recovery;
    }

    void write(LogWrite write) {
        if (inFlight.isPresent()) {
            throw new CheckFailed("a second journal write was given while one was in flight");
        }
        given++;
        inFlight = Optional.of(write);
        int current = life;
        boolean full = disk.full();
        world.queue.after(
                disk.latency(),
                () -> owner.whenAwake(() -> {
                    if (current != life) {
                        return;
                    }
                    if (full) {
                        owner.storageFailed();
                    } else {
                        sync();
                        owner.durable(write.number());
                        saveIfReady();
                    }
                }));
    }

    private void sync() {
        LogWrite write = inFlight.orElseThrow();
        inFlight = Optional.empty();
        durable++;
        records.addLast(write);
        shadow.wrote(write);
    }

    void save(SaveSnapshot save) {
        saving = Optional.of(new Saving(save, given, Optional.empty()));
        int current = life;
        world.queue.after(
                disk.latency() + world.random.exponential(5.0 * MILLI),
                () -> owner.whenAwake(() -> {
                    if (current != life) {
                        return;
                    }
                    boolean fails = disk.full() || (world.has(Fault.SNAPSHOT_FAILURE) && world.random.chance(0.3));
                    if (fails) {
                        saving = Optional.empty();
                        owner.snapshotFailed(save.number());
                    } else {
                        Bytes image = save.snapshot().image().encode();
                        saving = Optional.of(
                                new Saving(save, saving.orElseThrow().coversGiven(), Optional.of(image)));
                        saveIfReady();
                    }
                }));
    }

    private void saveIfReady() {
        if (saving.isPresent()
                && saving.get().image().isPresent()
                && durable >= saving.get().coversGiven()) {
            long number = saving.get().save().number();
            install();
            owner.snapshotSaved(number);
        }
    }

    /** The snapshot stands for all records up to the write it was given with; later ones stay on top of it. */
    private void install() {
        Saving done = saving.orElseThrow();
        saving = Optional.empty();
        long keep = durable - done.coversGiven();
        while (records.size() > keep) {
            records.removeFirst();
        }
        ReplicaSnapshot saved = done.save().snapshot();
        snapshot = Optional.of(new Stored(saved.hardState(), done.image().orElseThrow(), saved.logTail()));
        shadow.saved(saved, records);
    }

    /** The process or the journal died: what was on its way is durable, or it is not. */
    void interrupted() {
        life++;
        if (inFlight.isPresent() && world.random.chance(0.4)) {
            sync();
        }
        if (inFlight.isPresent()) {
            inFlight = Optional.empty();
            given--;
        }
        boolean encoded = saving.isPresent() && saving.get().image().isPresent();
        if (encoded && durable >= saving.get().coversGiven() && world.random.chance(0.4)) {
            install();
        }
        saving = Optional.empty();
        given = durable;
    }

    Copy copy() {
        return new Copy(List.copyOf(records), snapshot, shadow.copy());
    }

    /** The process is down. */
    void putBack(Copy copy) {
        records.clear();
        records.addAll(copy.records());
        snapshot = copy.snapshot();
        shadow = copy.shadow();
    }

    /** The storage is gone. */
    void wiped(JournalShadow fresh) {
        records.clear();
        snapshot = Optional.empty();
        given = 0;
        durable = 0;
        shadow = fresh;
    }
}
