package io.holdfast.persistence;

import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;

/** Pekko's events to records and back. Tags are dropped: there is no query side. Thread-safe. */
public final class EventCodec {
    private final PayloadCodec payloads;

    public EventCodec(ActorSystem system) {
        this.payloads = new PayloadCodec(system);
    }

    /** Throws whatever the payload's serializer throws, also checked exceptions undeclared. */
    public EventRecord toRecord(PersistentRepr repr) {
        Object payload = repr.payload() instanceof Tagged tagged ? tagged.payload() : repr.payload();
        return new EventRecord(
                repr.timestamp(),
                repr.manifest(),
                repr.writerUuid(),
                payloads.serialize(payload),
                payloads.serialize(repr.metadata()));
    }

    /**
     * @param place where the event lies, for the message
     * @throws StorageException if there is no serializer that reads it
     */
    public PersistentRepr toRepr(String persistenceId, long sequenceNr, EventRecord event, String place) {
        try {
            PersistentRepr repr = PersistentRepr.apply(
                            payloads.deserialize(event.payload()),
                            sequenceNr,
                            persistenceId,
                            event.manifest(),
                            false,
                            ActorRef.noSender(),
                            event.writerUuid())
                    .withTimestamp(event.timestamp());
            return event.metadata()
                    .map(metadata -> repr.withMetadata(payloads.deserialize(metadata)))
                    .orElse(repr);
        } catch (Exception e) {
            throw new StorageException(
                    "Event " + sequenceNr + " of " + persistenceId + " in " + place
                            + " is intact but cannot be turned into an object again: " + e + ". Its payload is "
                            + event.payload() + "; configure the serializer that wrote it (pekko.actor.serializers)",
                    e);
        }
    }
}
