package io.holdfast.core.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.Bytes;
import io.holdfast.core.check.CommittedModel.Known;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.store.Command;
import io.holdfast.core.store.CommandBatch;
import io.holdfast.core.store.Condition;
import io.holdfast.core.store.Decision;
import io.holdfast.core.store.Outcome;
import io.holdfast.core.store.Participant;
import io.holdfast.core.store.Query;
import io.holdfast.core.store.ReadWriteSet;
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
        assertThatCode(() -> model.checkRead(5, KEY, value("a", first), new Known(0, 0)))
                .doesNotThrowAnyException();
        assertThatCode(() -> model.checkRead(5, KEY, value("b", second), new Known(2, 0)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> model.checkRead(5, KEY, value("a", first), new Known(2, 0)))
                .isInstanceOf(CheckFailed.class);
        assertThatThrownBy(() -> model.checkRead(5, KEY, Query.Value.ABSENT, new Known(1, 0)))
                .isInstanceOf(CheckFailed.class);
    }

    @Test
    void remembersWhatWasKnownWhen() {
        long first = put(1, 1, KEY, "a");
        long second = put(1, 2, KEY, "b");
        model.checkAcknowledged(10, new WriteId(1, 1), new Outcome(Outcome.Kind.APPLIED, first));
        model.checkAcknowledged(20, new WriteId(1, 2), new Outcome(Outcome.Kind.APPLIED, second));
        assertThat(model.known(9).position()).isZero();
        assertThat(model.known(10).position()).isEqualTo(1);
        assertThat(model.known(25).position()).isEqualTo(2);
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
        assertThatCode(() -> model.checkPage(
                        1, scan, new Query.Page(List.of(old, other), Optional.empty(), 0), new Known(0, 0)))
                .doesNotThrowAnyException();
        assertThatCode(() -> model.checkPage(
                        1, scan, new Query.Page(List.of(young, other), Optional.empty(), 0), new Known(3, 0)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() ->
                        model.checkPage(1, scan, new Query.Page(List.of(young), Optional.empty(), 0), new Known(0, 0)))
                .isInstanceOf(CheckFailed.class);
        assertThatThrownBy(() -> model.checkPage(
                        1, scan, new Query.Page(List.of(old, other), Optional.empty(), 0), new Known(3, 0)))
                .isInstanceOf(CheckFailed.class);
    }

    /** Prepares a transaction at the model, which another partition decides. */
    private WriteId prepare(Bytes key, String value) {
        var id = new WriteId(3, 1);
        var set = new ReadWriteSet(
                List.of(), List.of(), List.of(new ReadWriteSet.Write(key, Optional.of(Bytes.utf8(value)))));
        commit(new Command(
                id, 0, Long.MAX_VALUE, new Command.Prepare(set, new Command.Follows(new Participant("p", 1)), 1_000)));
        return id;
    }

    private long commit(Command command) {
        index++;
        model.committed(new Entry(1, index, index << 16, Entry.Kind.COMMANDS, CommandBatch.encode(List.of(command))));
        return index << 16;
    }

    @Test
    void refusesTheValueBeforeATransactionThatIsKnownToBeCommitted() {
        long before = put(1, 1, KEY, "a");
        WriteId id = prepare(KEY, "b");
        model.checkCommitted(10, id, 2 << 16);
        assertThatCode(() -> model.checkRead(20, KEY, value("a", before), model.known(10)))
                .as("asked when nobody knew")
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> model.checkRead(20, KEY, value("a", before), model.known(11)))
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("known to be committed");
        var scan = new Query.Scan(Bytes.EMPTY, Optional.empty(), 10, 1000, false);
        var page = new Query.Page(List.of(new Query.KeyValue(KEY, Bytes.utf8("a"), before)), Optional.empty(), 0);
        assertThatThrownBy(() -> model.checkPage(20, scan, page, model.known(11)))
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("known to be committed");

        Known known = model.known(11);
        commit(Command.step(id, 0, new Command.Resolve(Decision.commitAt(2 << 16))));

        assertThatThrownBy(() -> model.checkRead(20, KEY, value("a", before), known))
                .as("it stands here now, and counts from when it was known")
                .isInstanceOf(CheckFailed.class);
        assertThatCode(() -> model.checkRead(20, KEY, value("b", 2 << 16), known))
                .doesNotThrowAnyException();
    }

    @Test
    void refusesATransactionThatIsKnownToBeCommittedAndIsNot() {
        assertThatThrownBy(() -> model.checkCommitted(10, new WriteId(3, 1), 1 << 16))
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("not committed");
        WriteId id = prepare(KEY, "b");
        model.checkCommitted(10, id, 2 << 16);
        assertThatThrownBy(() -> commit(Command.step(id, 0, new Command.Resolve(Decision.ABORT))))
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("but ends as");
    }

    @Test
    void refusesAPageWithHalfOfATransaction() {
        var set = new ReadWriteSet(
                List.of(),
                List.of(),
                List.of(
                        new ReadWriteSet.Write(KEY, Optional.of(Bytes.utf8("a"))),
                        new ReadWriteSet.Write(OTHER, Optional.of(Bytes.utf8("b")))));
        long at = commit(new Command(new WriteId(3, 1), 0, Long.MAX_VALUE, new Command.Commit(set)));
        var scan = new Query.Scan(Bytes.EMPTY, Optional.empty(), 10, 1000, false);
        var one = new Query.KeyValue(KEY, Bytes.utf8("a"), at);
        var other = new Query.KeyValue(OTHER, Bytes.utf8("b"), at);
        assertThatThrownBy(() ->
                        model.checkPage(1, scan, new Query.Page(List.of(one), Optional.empty(), 0), new Known(0, 0)))
                .isInstanceOf(CheckFailed.class);
        assertThatCode(() -> model.checkPage(
                        1, scan, new Query.Page(List.of(one, other), Optional.empty(), 0), new Known(0, 0)))
                .doesNotThrowAnyException();
    }
}
