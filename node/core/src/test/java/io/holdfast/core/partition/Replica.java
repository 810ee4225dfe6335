package io.holdfast.core.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Now;
import io.holdfast.core.SiteId;
import io.holdfast.core.raft.Input;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Outputs;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** One site's replica with a hand-operated journal and snapshot store. What is durable survives {@link #crash}. */
final class Replica {
    final SiteId site;
    final List<Reply> replies = new ArrayList<>();

    // Storage.
    final List<LogWrite> journal = new ArrayList<>();
    Optional<ReplicaSnapshot> snapshot = Optional.empty();

    // On its way to storage, or through a thread beside the replica's.
    Optional<LogWrite> writing = Optional.empty();
    Optional<PartitionOutput.SaveSnapshot> saving = Optional.empty();
    Optional<PartitionImage> encoding = Optional.empty();
    Optional<Outputs.ReceivedImage> decoding = Optional.empty();

    /** A held journal answers nothing until it is released. */
    boolean diskHeld;
    /** The rate and offset of this site's clock against true time. */
    double clockRate = 1;

    long wallOffsetMillis;

    private final Settings settings;
    private long identity = 1;
    private int writesBehindSnapshot;
    private long drawn;
    private Optional<PartitionCore> core = Optional.empty();

    Replica(SiteId site, Settings settings) {
        this.site = site;
        this.settings = settings;
    }

    /** Time in the first draw of a site is 0, so that the order of preference alone decides; then sites differ. Identities and lives are all different. */
    private RandomGenerator fixedRandom() {
        long rank = settings.sites.indexOf(site);
        return new RandomGenerator() {
            @Override
            public long nextLong() {
                return 1_000 * (rank + 1) + ++drawn;
            }

            @Override
            public long nextLong(long bound) {
                return bound * rank / settings.sites.size();
            }
        };
    }

    Now now(long trueNanos) {
        return new Now(
                (long) (trueNanos * clockRate), Cluster.EPOCH_MILLIS + trueNanos / Settings.MILLI + wallOffsetMillis);
    }

    void start(long trueNanos) {
        var recovery = new Recovery(settings.config(site), Input.Room.ENOUGH, settings.genesis(), identity);
        snapshot.ifPresent(recovery::snapshot);
        journal.forEach(recovery::replay);
        core = Optional.of(new PartitionCore(settings.config(site), recovery, fixedRandom(), now(trueNanos)));
    }

    /** Whatever is not durable is gone. */
    void crash() {
        core = Optional.empty();
        writing = Optional.empty();
        saving = Optional.empty();
        encoding = Optional.empty();
        decoding = Optional.empty();
    }

    /** The storage is lost, too: what starts next is a stranger. */
    void wipe(long newIdentity) {
        crash();
        journal.clear();
        snapshot = Optional.empty();
        identity = newIdentity;
    }

    /** What its disk holds now, to be put back later. */
    record DiskCopy(List<LogWrite> journal, Optional<ReplicaSnapshot> snapshot) {}

    DiskCopy copyOfDisk() {
        return new DiskCopy(List.copyOf(journal), snapshot);
    }

    /** It starts next from what its disk held when the copy was made. */
    void putBack(DiskCopy copy) {
        crash();
        journal.clear();
        journal.addAll(copy.journal());
        snapshot = copy.snapshot();
    }

    boolean up() {
        return core.isPresent();
    }

    PartitionCore core() {
        return core.orElseThrow(() -> new AssertionError("replica " + site + " is down"));
    }

    PartitionOutput step(long trueNanos, PartitionInput input) {
        PartitionOutput out = core().step(now(trueNanos), input);
        out.write().ifPresent(write -> {
            assertThat(writing).as("one write at a time at %s", site).isEmpty();
            writing = Optional.of(write);
        });
        out.snapshot().ifPresent(save -> {
            saving = Optional.of(save);
            writesBehindSnapshot = journal.size() + (writing.isPresent() ? 1 : 0);
        });
        out.encode().ifPresent(image -> encoding = Optional.of(image));
        out.decode().ifPresent(image -> decoding = Optional.of(image));
        replies.addAll(out.replies());
        return out;
    }

    /** Makes the write on its way durable and answers what the replica is to be told. */
    PartitionInput writeDurable() {
        LogWrite write = writing.orElseThrow();
        writing = Optional.empty();
        journal.add(write);
        return new PartitionInput.ToRaft(new Input.Durable(write.number()));
    }

    boolean maySaveSnapshot() {
        return saving.isPresent() && journal.size() >= writesBehindSnapshot;
    }

    /** Makes the snapshot durable, and deletes the journal's part that it stands for. */
    PartitionInput snapshotDurable() {
        assertThat(maySaveSnapshot())
                .as("snapshot before its writes at %s", site)
                .isTrue();
        PartitionOutput.SaveSnapshot save = saving.orElseThrow();
        saving = Optional.empty();
        // As it is on a disk: the state goes on, and shares versions with the image in memory.
        PartitionImage image = PartitionImage.decode(save.snapshot().image().encode());
        snapshot = Optional.of(new ReplicaSnapshot(
                save.snapshot().hardState(), image, save.snapshot().logTail()));
        journal.subList(0, writesBehindSnapshot).clear();
        return new PartitionInput.SnapshotSaved(save.number());
    }

    PartitionInput imageEncoded() {
        PartitionImage image = encoding.orElseThrow();
        encoding = Optional.empty();
        return new PartitionInput.ImageEncoded(image.index(), image.term(), image.encode());
    }

    PartitionInput imageDecoded() {
        Outputs.ReceivedImage image = decoding.orElseThrow();
        decoding = Optional.empty();
        return new PartitionInput.ImageDecoded(PartitionImage.decode(image.bytes()));
    }
}
