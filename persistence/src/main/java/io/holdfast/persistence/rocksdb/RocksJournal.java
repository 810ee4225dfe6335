package io.holdfast.persistence.rocksdb;

import com.typesafe.config.Config;
import io.holdfast.persistence.EventCodec;
import io.holdfast.persistence.PluginFutures;
import io.holdfast.persistence.StorageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.japi.AsyncWriteJournal;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Pekko's journal over {@link JournalDatabase}. An event that cannot be serialized is rejected, alone with the events of
 * its atomic write; a write that the disk refuses fails. Tags are dropped: there is no query side.
 */
public final class RocksJournal extends AsyncWriteJournal {
    private final JournalDatabase database;
    private final EventCodec codec;
    private final Executor blocking;

    /** Called by Pekko with the plugin's section; keys that it lacks come from {@code holdfast.persistence.rocksdb.journal}. */
    public RocksJournal(Config config) {
        var system = context().system();
        var settings =
                config.withFallback(system.settings().config().getConfig("holdfast.persistence.rocksdb.journal"));
        database = RocksStorage.get(system).journal(JournalSettings.of(settings));
        codec = new EventCodec(system);
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
            events.add(new JournalRequest.Event(
                    repr.sequenceNr(), codec.toRecord(repr).encode(repr.sequenceNr())));
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
        String place = database.directory().toString();
        var left = new Object() {
            long events = max;
        };
        database.replay(persistenceId, from, to, (sequenceNr, event) -> {
            replayed.accept(codec.toRepr(persistenceId, sequenceNr, event, place));
            return --left.events > 0;
        });
    }

    @Override
    public Future<Long> doAsyncReadHighestSequenceNr(String persistenceId, long fromSequenceNr) {
        return PluginFutures.asScala(database.highestSequenceNr(persistenceId)
                .thenApply(highest -> notBehind(fromSequenceNr, highest, persistenceId)));
    }

    /**
     * Pekko asks from its snapshot's number on, and would go on from there. A journal that ends before it is another one, or has lost its end: whoever wrote that
     * snapshot has promised more since, and nobody knows what.
     */
    private long notBehind(long snapshot, long highest, String persistenceId) {
        if (highest < snapshot) {
            throw new StorageException.Corrupt(
                    "The journal in " + database.directory() + " ends at record " + highest + " of " + persistenceId
                            + ", which has a snapshot at " + snapshot
                            + ": it is not the journal that this snapshot belongs to. Put that one back; or, so that this node is rebuilt from the"
                            + " other replicas, start it without both, the journal and the snapshots");
        }
        return highest;
    }
}
