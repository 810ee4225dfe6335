package io.holdfast.core.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.core.Bytes;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VersionTest {
    private static final Bytes KEY = Writes.bytes("k");

    private static long at(long millis) {
        return HybridClock.ofWallMillis(millis);
    }

    private static Version put(long timestamp, Version before) {
        return Version.of(timestamp, Optional.of(Writes.bytes("v")), Optional.ofNullable(before));
    }

    private static Version deletion(long timestamp, Version before) {
        return Version.of(timestamp, Optional.empty(), Optional.of(before));
    }

    /** So that nobody has to look for it among all that came later when the deletion is forgotten. */
    @Test
    void aDeletionKnowsWhatStandsOnIt() {
        Version first = deletion(2, put(1, null));
        assertThat(first.newer()).isEmpty();
        Version again = put(3, first);
        Version last = put(5, deletion(4, again));

        assertThat(first.newer()).containsSame(again);
        assertThat(last.older().newer()).containsSame(last);
        assertThat(again.newer()).as("needed of deletions only").isEmpty();
    }

    @Test
    void whatComesFromAnImageKnowsItToo() {
        var log = new Writes.Log(1_000, 1_000);
        log.one(at(1), Writes.put(1, "k", "1"));
        log.one(at(2), Writes.delete(2, "k"));
        log.one(at(3), Writes.put(3, "k", "3"));

        StoreImage image = StoreImage.decode(log.store.image().encode());
        Version newest = image.versions().find(KEY).orElseThrow();
        assertThat(newest.older().newer()).containsSame(newest);
    }

    @Test
    void aForgottenDeletionIsCutOffWhereverItStands() {
        var log = new Writes.Log(10, 1_000);
        for (int i = 1; i <= 9; i += 2) {
            log.one(at(i), Writes.put(i, "k", "v" + i));
            log.one(at(i + 1), Writes.delete(i + 1, "k"));
        }
        log.one(at(11), Writes.put(11, "k", "v11"));
        log.one(at(14), Writes.put(12, "other", "x"));

        assertThat(log.versions("k")).as("5 and later").hasSize(7);
        assertThat(log.versions("k").get(6).deleted()).isFalse();
    }
}
