package io.holdfast.persistence.rocksdb;

import com.typesafe.config.Config;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Pekko's journal over {@link JournalDatabase}. An event that cannot be serialized is rejected, alone with the events of
 * its atomic write; a write that the disk refuses fails. Tags are dropped: there is no query side.
 */
public final class RocksJournal extends AsyncWriteJournal {
    private final JournalDatabase database;
    private final PayloadCodec codec;
    private final Executor blocking;

    /** Called by Pekko with the plugin's section; keys that it lacks come from {@code holdfast.persistence.rocksdb.journal}. */
    public RocksJournal(Config config) {
        var system = context().system();
        var settings =
                config.withFallback(system.settings().config().getConfig("holdfast.persistence.rocksdb.journal"));
        database = RocksStorage.get(system).journal(JournalSettings.of(settings));
        codec = new PayloadCodec(system);
        blocking = system.dispatchers().lookup(settings.getString("blocking-dispatcher"));
    }

    @Override
    public Future<Iterable<Optional<Exception>>> doAsyncWriteMessages(Iterable<AtomicWrite> messages) {
        List<Optional<Exception>> results = new ArrayList<>();
        List<JournalRequest.Event> events = new ArrayList<>();
        String persistenceId = "";
        for (AtomicWrite write : messages) {
            persistenceId = write.persistenceId();
            try {
                events.addAll(encode(write));
                results.add(Optional.empty());
            } catch (Exception e) {
                // Serializers may throw checked exceptions undeclared. Any of them means that this event can never be
                // stored, which is Pekko's definition of a rejection.
                results.add(Optional.of(e));
            }
        }
        CompletionStage<Void> written =
                events.isEmpty() ? CompletableFuture.completedStage(null) : database.append(persistenceId, events);
        return PluginFutures.asScala(written.thenApply(done -> results));
    }

    private List<JournalRequest.Event> encode(AtomicWrite write) {
        List<JournalRequest.Event> events = new ArrayList<>(write.size());
        for (PersistentRepr repr : CollectionConverters.asJava(write.payload())) {
            Object payload = repr.payload() instanceof Tagged tagged ? tagged.payload() : repr.payload();
            var event = new EventRecord(
                    repr.timestamp(),
                    repr.manifest(),
                    repr.writerUuid(),
                    codec.serialize(payload),
                    codec.serialize(repr.metadata()));
            events.add(new JournalRequest.Event(repr.sequenceNr(), event.encode(repr.sequenceNr())));
        }
        return events;
    }

    @Override
    public Future<Void> doAsyncDeleteMessagesTo(String persistenceId, long toSequenceNr) {
        return PluginFutures.asScala(database.deleteTo(persistenceId, toSequenceNr));
    }

    @Override
    public Future<Void> doAsyncReplayMessages(
            String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replayed) {
        return PluginFutures.asScala(
                CompletableFuture.runAsync(() -> replay(persistenceId, from, to, max, replayed), blocking));
    }

    private void replay(String persistenceId, long from, long to, long max, Consumer<PersistentRepr> replayed) {
        if (max <= 0) {
            return;
        }
        var left = new Object() {
            long events = max;
        };
        database.replay(persistenceId, from, to, (sequenceNr, event) -> {
            replayed.accept(toRepr(persistenceId, sequenceNr, event));
            return --left.events > 0;
        });
    }

    private PersistentRepr toRepr(String persistenceId, long sequenceNr, EventRecord event) {
        try {
            PersistentRepr repr = PersistentRepr.apply(
                            codec.deserialize(event.payload()),
                            sequenceNr,
                            persistenceId,
                            event.manifest(),
                            false,
                            ActorRef.noSender(),
                            event.writerUuid())
                    .withTimestamp(event.timestamp());
            return event.metadata()
                    .map(metadata -> repr.withMetadata(codec.deserialize(metadata)))
                    .orElse(repr);
        } catch (Exception e) {
            throw new StorageException(
                    "Event " + sequenceNr + " of " + persistenceId + " in " + database.directory()
                            + " is intact but cannot be turned into an object again: " + e + ". Its payload is "
                            + event.payload() + "; configure the serializer that wrote it (pekko.actor.serializers)",
                    e);
        }
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
        return PluginFutures.asScala(database.highestSequenceNr(persistenceId));
    }
}
