package io.holdfast.core.sim;

import static io.holdfast.core.sim.SimWorld.MILLI;

import io.holdfast.core.check.JournalShadow;
import io.holdfast.core.partition.PartitionOutput.SaveSnapshot;
import io.holdfast.core.partition.Recovery;
import io.holdfast.core.partition.ReplicaSnapshot;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Membership;
import java.util.ArrayDeque;
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
    private Optional<ReplicaSnapshot> snapshot = Optional.empty();
    private JournalShadow shadow;

    /** All writes ever given, and ever made durable, counted over all lives. */
    private long given;

    private long durable;
    private Optional<LogWrite> inFlight = Optional.empty();
    private Optional<Saving> saving = Optional.empty();
    private int life;

    private record Saving(SaveSnapshot save, long coversGiven, boolean ready) {}

    SimJournal(SimWorld world, SimDisk disk, SimReplica owner, JournalShadow shadow) {
        this.world = world;
        this.disk = disk;
        this.owner = owner;
        this.shadow = shadow;
    }

    Recovery recover(Membership genesis, long identity) {
        var recovery = new Recovery(genesis, identity);
        snapshot.ifPresent(recovery::snapshot);
        records.forEach(recovery::replay);
        return recovery;
    }

    void write(LogWrite write) {
        if (inFlight.isPresent()) {
            throw new io.holdfast.core.check.CheckFailed("a second journal write was given while one was in flight");
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
        saving = Optional.of(new Saving(save, given, false));
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
                        saving = Optional.of(
                                new Saving(save, saving.orElseThrow().coversGiven(), true));
                        saveIfReady();
                    }
                }));
    }

    private void saveIfReady() {
        if (saving.isPresent()
                && saving.get().ready()
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
        snapshot = Optional.of(done.save().snapshot());
        shadow.saved(done.save().snapshot(), records);
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
        if (saving.isPresent() && durable >= saving.get().coversGiven() && world.random.chance(0.4)) {
            install();
        }
        saving = Optional.empty();
        given = durable;
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
