package io.holdfast.persistence;

import static io.holdfast.persistence.PluginProbe.atomic;
import static io.holdfast.persistence.PluginProbe.repr;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.pekko.persistence.PersistentRepr;
import org.apache.pekko.persistence.journal.Tagged;
import org.junit.jupiter.api.Test;

/** Pekko's journal contract, asked for in Pekko's own messages, of every journal that a site may have. */
public abstract class JournalContract extends PluginContract {
    /** Puts an event into the journal without asking Pekko. */
    protected abstract void plant(String id, long sequenceNr, EventRecord event);

    /** Something that messages name the storage by. */
    protected abstract String place();

    @Test
    void replaysWhatWasWrittenWithinBoundsAndCount() {
        String a = id("a");
        probe.write(atomic(repr(a, 1, "e1")), atomic(repr(a, 2, "e2"), repr(a, 3, "e3")), atomic(repr(a, 4, "e4")));
        probe.write(atomic(repr(id("ab"), 1, "other")));
        assertThat(payloads(probe.replay(a, 0, Long.MAX_VALUE, Long.MAX_VALUE)))
                .containsExactly("e1", "e2", "e3", "e4");
        assertThat(probe.highest).isEqualTo(4);
        assertThat(payloads(probe.replay(a, 2, 3, 100))).containsExactly("e2", "e3");
        assertThat(payloads(probe.replay(a, 2, 4, 2))).containsExactly("e2", "e3");
        assertThat(probe.replay(a, 2, 4, 0)).isEmpty();
        assertThat(probe.replay(a, 3, 2, 10)).isEmpty();
        assertThat(probe.highest).isEqualTo(4);
        assertThat(probe.replay(id("nobody"), 1, 10, 10)).isEmpty();
        assertThat(probe.highest).isZero();
    }

    @Test
    void keepsEverythingThatBelongsToAnEvent() {
        String a = id("a");
        var full = PersistentRepr.apply("e", 1, a, "adapter", false, probe.getRef(), "uuid-7")
                .withMetadata("meta")
                .withTimestamp(99);
        probe.write(atomic(full));
        probe.write(atomic(repr(a, 2, new Tagged("tagged", java.util.Set.of("t")))));
        List<PersistentRepr> replayed = probe.replay(a, 1, 10, 10);
        assertThat(replayed.get(0).manifest()).isEqualTo("adapter");
        assertThat(replayed.get(0).writerUuid()).isEqualTo("uuid-7");
        assertThat(replayed.get(0).timestamp()).isEqualTo(99);
        assertThat(replayed.get(0).metadata().get()).isEqualTo("meta");
        assertThat(replayed.get(1).payload()).isEqualTo("tagged");
    }

    @Test
    void deletedEventsStayAwayAndTheirNumbersAreNotUsedAgain() {
        String a = id("a");
        probe.write(atomic(repr(a, 1, "e1")), atomic(repr(a, 2, "e2")), atomic(repr(a, 3, "e3")));
        probe.delete(a, 2);
        assertThat(payloads(probe.replay(a, 0, Long.MAX_VALUE, Long.MAX_VALUE))).containsExactly("e3");
        probe.delete(a, Long.MAX_VALUE);
        assertThat(probe.replay(a, 0, Long.MAX_VALUE, Long.MAX_VALUE)).isEmpty();
        assertThat(probe.highest).isEqualTo(3);
        stop();
        start();
        assertThat(probe.replay(a, 0, Long.MAX_VALUE, Long.MAX_VALUE)).isEmpty();
        assertThat(probe.highest).isEqualTo(3);
    }

    @Test
    void anEventThatCannotBeReadFailsTheReplayAndSaysWhichItIs() {
        String a = id("a");
        probe.write(atomic(repr(a, 1, "e1")));
        var unknown = new SerializedObject(987_654, "gone", new byte[] {1});
        plant(a, 2, new EventRecord(1, "", "w", unknown, java.util.Optional.empty()));
        assertThatThrownBy(() -> probe.replay(a, 1, 10, 10))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Event 2 of " + a)
                .hasMessageContaining("987654")
                .hasMessageContaining(place());
    }

    protected static List<Object> payloads(List<PersistentRepr> events) {
        return events.stream().map(PersistentRepr::payload).toList();
    }
}
