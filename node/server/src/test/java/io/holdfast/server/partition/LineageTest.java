package io.holdfast.server.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LineageTest {
    private static final Lineage.Part OPEN_AT_4 = new Lineage.Part(4, Lineage.OPEN);

    @Test
    void theFirstLifeHasOneJournal() {
        assertThat(Lineage.first(9).continuedBy(1, 0).counting()).containsExactly(new Lineage.Part(1, Lineage.OPEN));
    }

    /** Forgetting it would forget the votes that were given under the same identity. */
    @Test
    void theJournalFromBeforeThereWereLeasesGoesOn() {
        PartitionId partition = PartitionId.parse("shop/7");
        Lineage first = Lineage.first(9);
        assertThat(first.parts()).singleElement().satisfies(part -> assertThat(part.persistenceId(partition))
                .isEqualTo("shop/7"));
        Lineage continued = first.continuedBy(1, 12);
        assertThat(continued.parts()).containsExactly(new Lineage.Part(0, 12), new Lineage.Part(1, Lineage.OPEN));
        assertThat(continued.parts().get(1).persistenceId(partition)).isEqualTo("shop/7#1");
    }

    @Test
    void aLaterLifeClosesTheJournalThatWasOpenWhereItEnded() {
        var before = new Lineage(9, List.of(new Lineage.Part(2, 17), OPEN_AT_4));
        assertThat(before.continuedBy(7, 30).parts())
                .containsExactly(new Lineage.Part(2, 17), new Lineage.Part(4, 30), new Lineage.Part(7, Lineage.OPEN));
    }

    @Test
    void aJournalThatWasNeverWrittenToDoesNotCount() {
        var before = new Lineage(9, List.of(new Lineage.Part(2, 17), OPEN_AT_4));
        Lineage continued = before.continuedBy(7, 0);
        assertThat(continued.counting()).containsExactly(new Lineage.Part(2, 17), new Lineage.Part(7, Lineage.OPEN));
        assertThat(continued.retired()).containsExactly(new Lineage.Part(4, 0));
    }

    @Test
    void aSnapshotStandsForAllBefore() {
        var before = new Lineage(9, List.of(new Lineage.Part(2, 17), OPEN_AT_4));
        assertThat(before.reducedTo(4).counting()).containsExactly(OPEN_AT_4);
    }

    /** A deletion that fails, or whose holder dies, must not be forgotten. */
    @Test
    void aRetiredJournalStaysInTheListUntilItIsDeleted() {
        var before = new Lineage(9, List.of(new Lineage.Part(1, 3), new Lineage.Part(2, 17), OPEN_AT_4));
        Lineage reduced = before.reducedTo(4);
        assertThat(reduced.retired()).containsExactly(new Lineage.Part(1, 0), new Lineage.Part(2, 0));
        Lineage next = reduced.without(Set.of(new Lineage.Part(2, 0))).continuedBy(7, 30);
        assertThat(next.retired()).containsExactly(new Lineage.Part(1, 0));
        assertThat(next.counting()).containsExactly(new Lineage.Part(4, 30), new Lineage.Part(7, Lineage.OPEN));
        assertThat(next.without(Set.of(new Lineage.Part(4, 30)))).isEqualTo(next);
    }

    @Test
    void retiredJournalsThatCannotBeDeletedDoNotFillTheList() {
        Lineage lineage = Lineage.empty(9);
        for (long epoch = 1; epoch <= 3000; epoch++) {
            lineage = lineage.continuedBy(epoch, 1).reducedTo(epoch).withFewRetired();
        }
        assertThat(lineage.retired()).hasSize(Lineage.MOST_RETIRED).contains(new Lineage.Part(2999, 0));
        assertThat(lineage.counting()).containsExactly(new Lineage.Part(3000, Lineage.OPEN));
    }

    /** Stands in a site's store for ever: a change of these bytes needs a new version beside this one. */
    @Test
    void itsBytes() {
        var lineage = new Lineage(9, List.of(new Lineage.Part(2, 17), OPEN_AT_4));
        assertThat(HexFormat.of().formatHex(lineage.encode()))
                .isEqualTo("01" + "0000000000000009" + "0002" + "0000000000000002" + "0000000000000011"
                        + "0000000000000004" + "ffffffffffffffff");
        assertThat(Lineage.decode(lineage.encode())).isEqualTo(lineage);
        assertThatThrownBy(() -> Lineage.decode(new byte[] {2})).hasMessageContaining("version 2");
        assertThatThrownBy(() -> Lineage.decode(new byte[] {1, 0})).hasMessageContaining("ends early");
    }
}
