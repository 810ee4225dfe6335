package io.holdfast.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.apache.pekko.persistence.SaveSnapshotFailure;
import org.apache.pekko.persistence.SaveSnapshotSuccess;
import org.apache.pekko.persistence.SnapshotMetadata;
import org.apache.pekko.persistence.SnapshotProtocol;
import org.apache.pekko.persistence.SnapshotSelectionCriteria;
import org.junit.jupiter.api.Test;

/** Pekko's snapshot store contract, asked for in Pekko's own messages, of every store that a site may have. */
public abstract class SnapshotContract extends PluginContract {
    protected static final SnapshotSelectionCriteria LATEST = SnapshotSelectionCriteria.latest();

    /** Saves without asking Pekko. */
    protected abstract void store(SnapshotHeader header, byte[] content);

    /** Past Pekko's protocol, which sets the timestamps itself. */
    private void put(String id, long sequenceNr, long timestamp, String state) {
        var content = new PayloadCodec(system).serialize(state);
        store(SnapshotHeader.describe(sequenceNr, timestamp, id, java.util.Optional.empty(), content), content.bytes());
    }

    @Test
    void selectsTheNewestWithinBothBoundsOfNumberAndTime() {
        for (int n = 1; n <= 5; n++) {
            put(id("shop/7"), n * 10, n * 100, "s" + n);
        }
        put(id("shop/70"), 99, 999, "other");
        assertThat(state(id("shop/7"), LATEST)).isEqualTo("s5");
        assertThat(state(id("shop/7"), SnapshotSelectionCriteria.create(30, Long.MAX_VALUE)))
                .isEqualTo("s3");
        assertThat(state(id("shop/7"), SnapshotSelectionCriteria.create(39, Long.MAX_VALUE)))
                .isEqualTo("s3");
        assertThat(state(id("shop/7"), SnapshotSelectionCriteria.create(Long.MAX_VALUE, 299)))
                .isEqualTo("s2");
        assertThat(state(id("shop/7"), SnapshotSelectionCriteria.create(50, 400, 40, 400)))
                .isEqualTo("s4");
        assertThat(state(id("shop/7"), SnapshotSelectionCriteria.create(Long.MAX_VALUE, Long.MAX_VALUE, 51, 0)))
                .isEqualTo("nothing");
        assertThat(state(id("shop/7"), SnapshotSelectionCriteria.create(9, Long.MAX_VALUE)))
                .isEqualTo("nothing");
        assertThat(state(id("shop"), LATEST)).isEqualTo("nothing");
    }

    @Test
    void deletesExactlyWhatMatches() {
        String a = id("a");
        for (int n = 1; n <= 5; n++) {
            put(a, n, n * 100, "s" + n);
        }
        probe.snapshot(new SnapshotProtocol.DeleteSnapshots(a, SnapshotSelectionCriteria.create(4, 299)));
        assertThat(state(a, SnapshotSelectionCriteria.create(2, Long.MAX_VALUE)))
                .isEqualTo("nothing");
        assertThat(state(a, SnapshotSelectionCriteria.create(3, Long.MAX_VALUE)))
                .isEqualTo("s3");
        probe.snapshot(new SnapshotProtocol.DeleteSnapshot(SnapshotMetadata.apply(a, 5)));
        assertThat(state(a, LATEST)).isEqualTo("s4");
        probe.snapshot(new SnapshotProtocol.DeleteSnapshot(SnapshotMetadata.apply(a, 4, 399)));
        assertThat(state(a, LATEST)).as("another timestamp").isEqualTo("s4");
        probe.snapshot(new SnapshotProtocol.DeleteSnapshots(a, LATEST));
        assertThat(state(a, LATEST)).isEqualTo("nothing");
    }

    @Test
    void aNewerSaveReplacesAndAFailedOneLeavesTheOldOne() {
        String a = id("a");
        probe.save(SnapshotMetadata.apply(a, 5), "first");
        assertThat(probe.save(SnapshotMetadata.apply(a, 5).withMetadata("meta"), "second"))
                .isInstanceOf(SaveSnapshotSuccess.class);
        assertThat(state(a, LATEST)).isEqualTo("second");
        assertThat(probe.load(a, LATEST).metadata().metadata().get()).isEqualTo("meta");
        assertThat(probe.save(SnapshotMetadata.apply(a, 5), new Object())).isInstanceOf(SaveSnapshotFailure.class);
        assertThat(state(a, LATEST)).isEqualTo("second");
    }

    @Test
    void largeSnapshotsAndOddIdsComeBack() {
        String a = id("a");
        byte[] large = new byte[40 << 20];
        Arrays.fill(large, (byte) 7);
        large[large.length - 1] = 8;
        assertThat(probe.save(SnapshotMetadata.apply(a, 1), large)).isInstanceOf(SaveSnapshotSuccess.class);
        assertThat((byte[]) probe.load(a, LATEST).snapshot()).isEqualTo(large);
        for (String odd :
                new String[] {"..", ".", "x/../y", "ü€", "long-" + "x".repeat(1000), "long-" + "x".repeat(1001)}) {
            probe.save(SnapshotMetadata.apply(id(odd), 1), odd);
            assertThat(state(id(odd), LATEST)).isEqualTo(odd);
        }
    }

    protected Object state(String id, SnapshotSelectionCriteria criteria) {
        return probe.load(id, criteria).snapshot();
    }
}
