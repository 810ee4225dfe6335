package io.holdfast.core.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.Bytes;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.WriteId;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CommittedModelTest {
    private static final Bytes KEY = Bytes.utf8("k");
    private static final Bytes OTHER = Bytes.utf8("l");

    private final CommittedModel model = new CommittedModel(1_000, 2);
    private long index;

    /** Commits one put and answers the version it gets. */
    private long put(long client, long sequence, Bytes key, String value) {
        index++;
        var command = new Command(
                new WriteId(client, sequence),
                0,
                Long.MAX_VALUE,
                new Command.Put(key, Bytes.utf8(value), Condition.NONE));
        long version = index << 16;
        model.committed(new Entry(1, index, version, Entry.Kind.COMMANDS, CommandBatch.encode(List.of(command))));
        return version;
    }

    private static Query.Value value(String value, long version) {
        return new Query.Value(Optional.of(Bytes.utf8(value)), version);
    }

    @Test
    void appliesAWriteOnceHoweverOftenItIsCommitted() {
        long first = put(1, 1, KEY, "a");
        put(2, 1, KEY, "b");
        put(1, 1, KEY, "a");
        assertThat(model.position()).isEqualTo(2);
        model.checkAcknowledged(0, new WriteId(1, 1), new Outcome(Outcome.Kind.APPLIED, first));
    }

    @Test
    void refusesAnAcknowledgementOfWhatIsNotCommittedOrCameOutOtherwise() {
        long version = put(1, 1, KEY, "a");
        assertThatThrownBy(
                        () -> model.checkAcknowledged(0, new WriteId(1, 2), new Outcome(Outcome.Kind.APPLIED, version)))
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("not committed");
        assertThatThrownBy(() ->
                        model.checkAcknowledged(0, new WriteId(1, 1), new Outcome(Outcome.Kind.APPLIED, version + 1)))
                .isInstanceOf(CheckFailed.class);
    }

    @Test
    void acceptsAnyStateSinceWhatWasKnownAndNoOlderOne() {
        long first = put(1, 1, KEY, "a");
        long second = put(1, 2, KEY, "b");
        assertThatCode(() -> model.checkRead(5, KEY, value("a", first), 0)).doesNotThrowAnyException();
        assertThatCode(() -> model.checkRead(5, KEY, value("b", second), 2)).doesNotThrowAnyException();
        assertThatThrownBy(() -> model.checkRead(5, KEY, value("a", first), 2)).isInstanceOf(CheckFailed.class);
        assertThatThrownBy(() -> model.checkRead(5, KEY, Query.Value.ABSENT, 1)).isInstanceOf(CheckFailed.class);
    }

    @Test
    void remembersWhatWasKnownWhen() {
        long first = put(1, 1, KEY, "a");
        long second = put(1, 2, KEY, "b");
        model.checkAcknowledged(10, new WriteId(1, 1), new Outcome(Outcome.Kind.APPLIED, first));
        model.checkAcknowledged(20, new WriteId(1, 2), new Outcome(Outcome.Kind.APPLIED, second));
        assertThat(model.knownAt(9)).isZero();
        assertThat(model.knownAt(10)).isEqualTo(1);
        assertThat(model.knownAt(25)).isEqualTo(2);
    }

    @Test
    void refusesAPageThatMixesTwoStates() {
        long first = put(1, 1, KEY, "a");
        long second = put(1, 2, OTHER, "b");
        long third = put(1, 3, KEY, "c");
        var scan = new Query.Scan(Bytes.EMPTY, Optional.empty(), 10, 1000, false);
        var old = new Query.KeyValue(KEY, Bytes.utf8("a"), first);
        var other = new Query.KeyValue(OTHER, Bytes.utf8("b"), second);
        var young = new Query.KeyValue(KEY, Bytes.utf8("c"), third);
        assertThatCode(() -> model.checkPage(1, scan, new Query.Page(List.of(old, other), Optional.empty(), 0), 0))
                .doesNotThrowAnyException();
        assertThatCode(() -> model.checkPage(1, scan, new Query.Page(List.of(young, other), Optional.empty(), 0), 3))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> model.checkPage(1, scan, new Query.Page(List.of(young), Optional.empty(), 0), 0))
                .isInstanceOf(CheckFailed.class);
        assertThatThrownBy(() -> model.checkPage(1, scan, new Query.Page(List.of(old, other), Optional.empty(), 0), 3))
                .isInstanceOf(CheckFailed.class);
    }
}
