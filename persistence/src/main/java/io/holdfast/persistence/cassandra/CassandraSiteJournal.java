package io.holdfast.persistence.cassandra;

import com.typesafe.config.Config;
import io.holdfast.persistence.EventCodec;
import io.holdfast.persistence.EventRecord;
import io.holdfast.persistence.PluginFutures;
import io.holdfast.persistence.StorageException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.japi.pf.ReceiveBuilder;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.cassandra.journal.CassandraJournal;
import scala.Function1;
import scala.PartialFunction;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.BoxedUnit;
import scala.util.Try;

/**
 * pekko-persistence-cassandra's journal with what it lacks for replicas: events are sealed with a checksum, batches are bounded in
 * bytes, late writes of an earlier life are shut out and two writers are noticed ({@link CassandraFence}), and a keyspace that
 * was replaced under a running node is not read. An event that cannot be serialized fails its write.
 */
public final class CassandraSiteJournal extends CassandraJournal {
    private final CassandraStorage storage;
    private final CassandraFence fence;
    private final EventCodec codec;
    private final long batchBytes;
    /** Writes under way, touched by the actor alone: the plugin's own book forgets a write between two of its batches. */
    private final Map<String, CompletableFuture<?>> writing = new HashMap<>();

    /** Runs on the actor, where alone the plugin's methods may be called. */
    private record OnActor(Runnable task) {}

    /** Called by Pekko with the plugin's section and its path. */
    public CassandraSiteJournal(Config config, String path) {
        super(config, path);
        var system = context().system();
        storage = CassandraStorage.get(system);
        fence = new CassandraFence(storage.tables(), config.getLong("target-partition-size"));
        codec = new EventCodec(system);
        batchBytes = config.getMemorySize("batch-bytes").toBytes();
    }

    @Override
    public PartialFunction<Object, BoxedUnit> receivePluginInternal() {
        return ReceiveBuilder.create()
                .match(OnActor.class, it -> it.task().run())
                .build()
                .onMessage()
                .orElse(super.receivePluginInternal());
    }

    @Override
    public Future<scala.collection.immutable.Seq<Try<BoxedUnit>>> asyncWriteMessages(
            scala.collection.immutable.Seq<AtomicWrite> messages) {
        List<List<AtomicWrite>> batches = batches(CollectionConverters.asJava(messages));
        String persistenceId = messages.head().persistenceId();
        CompletableFuture<scala.collection.immutable.Seq<Try<BoxedUnit>>> written =
                storage.<scala.collection.immutable.Seq<Try<BoxedUnit>>>refusal()
                        .orElseGet(() -> write(batches, 0))
                        .toCompletableFuture();
        writing.put(persistenceId, written);
        return PluginFutures.asScala(storage.watchedWrite(written).whenComplete((done, failure) -> self().tell(
                        new OnActor(() -> writing.remove(persistenceId, written)), self())));
    }

    private CompletionStage<scala.collection.immutable.Seq<Try<BoxedUnit>>> write(
            List<List<AtomicWrite>> batches, int next) {
        var batch = CollectionConverters.asScala(batches.get(next)).toSeq();
        CompletionStage<scala.collection.immutable.Seq<Try<BoxedUnit>>> written =
                PluginFutures.asJava(super.asyncWriteMessages(batch));
        return next + 1 == batches.size()
                ? written
                : written.thenCompose(done -> onActor(() -> write(batches, next + 1)));
    }

    /** Seals, and cuts where the bytes would be too many; what was atomic stays together. */
    private List<List<AtomicWrite>> batches(List<AtomicWrite> messages) {
        List<List<AtomicWrite>> batches = new ArrayList<>();
        long bytes = 0;
        for (AtomicWrite message : messages) {
            List<PersistentRepr> sealed = CollectionConverters.asJava(message.payload()).stream()
                    .map(this::sealed)
                    .toList();
            long more = sealed.stream().mapToLong(CassandraSiteJournal::size).sum();
            if (batches.isEmpty() || bytes + more > batchBytes) {
                batches.add(new ArrayList<>());
                bytes = 0;
            }
            bytes += more;
            batches.get(batches.size() - 1)
                    .add(new AtomicWrite(CollectionConverters.asScala(sealed).toSeq()));
        }
        return batches;
    }

    private PersistentRepr sealed(PersistentRepr repr) {
        return PersistentRepr.apply(
                new SealedEvent(codec.toRecord(repr).encode(repr.sequenceNr())),
                repr.sequenceNr(),
                repr.persistenceId(),
                repr.manifest(),
                false,
                repr.sender(),
                repr.writerUuid());
    }

    private static long size(PersistentRepr sealed) {
        return ((SealedEvent) sealed.payload()).record().length;
    }

    @Override
    public Future<Object> asyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
        CompletableFuture<?> before = writing.getOrDefault(persistenceId, CompletableFuture.completedFuture(null));
        // The fence is a write.
        return PluginFutures.asScala(storage.watchedWrite(before.handle((done, failed) -> done)
                .thenCompose(settled -> storage.identity())
                .thenCompose(same -> fence.announce(persistenceId))
                .thenCompose(raised -> onActor(() -> highest(persistenceId, fromSequenceNr))
                        .thenCompose(last -> fence.raise(persistenceId, last, raised)
                                .thenCompose(done -> fence.requireOneWriter(persistenceId, last))
                                .<Object>thenApply(one -> last)))));
    }

    private CompletionStage<Long> highest(String persistenceId, long fromSequenceNr) {
        return PluginFutures.asJava(super.asyncReadHighestSequenceNr(persistenceId, fromSequenceNr))
                .thenApply(Long.class::cast);
    }

    @Override
    public Future<BoxedUnit> asyncReplayMessages(
            String persistenceId, long from, long to, long max, Function1<PersistentRepr, BoxedUnit> replayed) {
        var last = new Object() {
            long sequenceNr;
        };
        CompletionStage<BoxedUnit> done =
                PluginFutures.asJava(super.asyncReplayMessages(persistenceId, from, to, max, repr -> {
                    if (repr.sequenceNr() <= last.sequenceNr) {
                        throw CassandraFence.twoWriters(
                                persistenceId,
                                repr.sequenceNr(),
                                storage.tables().keyspace());
                    }
                    last.sequenceNr = repr.sequenceNr();
                    return replayed.apply(unsealed(repr));
                }));
        // What was read counts only if it is still the storage that this node has begun with.
        return PluginFutures.asScala(storage.watched(done.handle((read, failure) -> {
                    if (failure != null) {
                        throw new CompletionException(hole(persistenceId, last.sequenceNr, failure));
                    }
                    return read;
                })
                .thenCompose(read -> storage.identity().thenApply(same -> read))));
    }

    /** What the plugin says of a hole has no type of its own. One at the beginning may be a snapshot that is missing. */
    private Throwable hole(String persistenceId, long last, Throwable failure) {
        Throwable plain = CassandraErrors.plain(failure);
        boolean missing = plain instanceof IllegalStateException
                && String.valueOf(plain.getMessage()).contains("still missing");
        return missing && last > 0
                ? new StorageException.Hole(
                        "Events of " + persistenceId + " in " + storage.place() + " are missing behind event " + last
                                + ", and later ones are there: what was lost nobody can know. Nothing is dropped. Look for a second node"
                                + " with the same keyspace, and for a Cassandra that has lost data; then let this site be rebuilt from the"
                                + " others (docs/operations.md, \"A Cassandra that was wiped\")",
                        plain)
                : plain;
    }

    private PersistentRepr unsealed(PersistentRepr stored) {
        try {
            var sealed = (SealedEvent) stored.payload();
            EventRecord record = EventRecord.decode(sealed.record(), stored.sequenceNr());
            return codec.toRepr(stored.persistenceId(), stored.sequenceNr(), record, storage.place());
        } catch (StorageException.Corrupt e) {
            throw new StorageException.Corrupt(
                    "Event " + stored.sequenceNr() + " of " + stored.persistenceId() + " in " + storage.place()
                            + " cannot be read: " + e.getMessage()
                            + ". If a newer release has run here, run that release again."
                            + " Otherwise check the disks of Cassandra, or let this site be rebuilt from the others",
                    e);
        }
    }

    @Override
    public Future<BoxedUnit> asyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        return PluginFutures.asScala(storage.watchedWrite(storage.<BoxedUnit>refusal()
                .orElseGet(() -> PluginFutures.asJava(super.asyncDeleteMessagesTo(persistenceId, toSequenceNr)))));
    }

    private <T> CompletionStage<T> onActor(java.util.function.Supplier<CompletionStage<T>> work) {
        var answer = new CompletableFuture<T>();
        // Work that throws is work that has failed: nobody may wait for its answer.
        Runnable task = () -> CompletableFuture.completedFuture(work)
                .thenCompose(java.util.function.Supplier::get)
                .whenComplete((value, failure) -> {
                    if (failure == null) {
                        answer.complete(value);
                    } else {
                        answer.completeExceptionally(CassandraErrors.plain(failure));
                    }
                });
        self().tell(new OnActor(task), self());
        return answer;
    }
}
