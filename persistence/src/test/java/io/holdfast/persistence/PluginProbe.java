package io.holdfast.persistence;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.AtomicWrite;
import org.apache.pekko.persistence.JournalProtocol;
import org.apache.pekko.persistence.Persistence;
import org.apache.pekko.persistence.PersistentEnvelope;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.SelectedSnapshot;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.apache.pekko.testkit.javadsl.TestKit;
import scala.jdk.javaapi.CollectionConverters;

/** Speaks Pekko's plugin protocol as a persistent actor does. */
public final class PluginProbe extends TestKit {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ActorRef journal;
    private final ActorRef snapshots;

    public PluginProbe(ActorSystem system) {
        this(
                system,
                system.settings().config().getString("pekko.persistence.journal.plugin"),
                system.settings().config().getString("pekko.persistence.snapshot-store.plugin"));
    }

    public PluginProbe(ActorSystem system, String journalId, String snapshotId) {
        super(system);
        journal = Persistence.get(system).journalFor(journalId, ConfigFactory.empty());
        snapshots = Persistence.get(system).snapshotStoreFor(snapshotId, ConfigFactory.empty());
    }

    public static PersistentRepr repr(String id, long sequenceNr, Object payload) {
        return PersistentRepr.apply(payload, sequenceNr, id, "", false, ActorRef.noSender(), "writer-1");
    }

    public static AtomicWrite atomic(PersistentRepr... reprs) {
        return AtomicWrite.apply(
                CollectionConverters.asScala(Arrays.asList(reprs)).toSeq());
    }

    /** Sends the writes and returns all answers: one for the request and one for each event. */
    public List<Object> write(AtomicWrite... writes) {
        List<PersistentEnvelope> envelopes = List.of(writes);
        journal.tell(
                new JournalProtocol.WriteMessages(
                        CollectionConverters.asScala(envelopes).toSeq(), getRef(), 1),
                getRef());
        int events = Arrays.stream(writes).mapToInt(AtomicWrite::size).sum();
        return receiveN(1 + events, PATIENCE);
    }

    public List<PersistentRepr> replay(String id, long from, long to, long max) {
        var events = new ArrayList<PersistentRepr>();
        journal.tell(new JournalProtocol.ReplayMessages(from, to, max, id, getRef()), getRef());
        while (true) {
            Object next = expectMsgAnyClassOf(
                    PATIENCE,
                    JournalProtocol.ReplayedMessage.class,
                    JournalProtocol.RecoverySuccess.class,
                    JournalProtocol.ReplayMessagesFailure.class);
            if (next instanceof JournalProtocol.ReplayedMessage event) {
                events.add(event.persistent());
            } else if (next instanceof JournalProtocol.ReplayMessagesFailure failure) {
                throw (RuntimeException) failure.cause();
            } else {
                highest = ((JournalProtocol.RecoverySuccess) next).highestSequenceNr();
                return events;
            }
        }
    }

    /** As the last {@link #replay} reported it. */
    public long highest;

    public void delete(String id, long to) {
        journal.tell(new JournalProtocol.DeleteMessagesTo(id, to, getRef()), getRef());
        expectMsgClass(PATIENCE, org.apache.pekko.persistence.DeleteMessagesSuccess.class);
    }

    /** SaveSnapshotSuccess or SaveSnapshotFailure. */
    public Object save(SnapshotMetadata metadata, Object snapshot) {
        return snapshot(new SnapshotProtocol.SaveSnapshot(metadata, snapshot));
    }

    /** The same, without waiting for the answer. */
    public void saveLater(SnapshotMetadata metadata, Object snapshot) {
        snapshots.tell(new SnapshotProtocol.SaveSnapshot(metadata, snapshot), getRef());
    }

    public Object snapshot(Object request) {
        snapshots.tell(request, getRef());
        return receiveOne(PATIENCE);
    }

    public SelectedSnapshot load(String id, SnapshotSelectionCriteria criteria) {
        Object answer = snapshot(new SnapshotProtocol.LoadSnapshot(id, criteria, Long.MAX_VALUE));
        if (answer instanceof SnapshotProtocol.LoadSnapshotFailed failed) {
            throw (RuntimeException) failed.cause();
        }
        var result = (SnapshotProtocol.LoadSnapshotResult) answer;
        return result.snapshot().isDefined() ? result.snapshot().get() : SelectedSnapshot.create(NONE, "nothing");
    }

    public static final SnapshotMetadata NONE = SnapshotMetadata.apply("none", -1);
}
