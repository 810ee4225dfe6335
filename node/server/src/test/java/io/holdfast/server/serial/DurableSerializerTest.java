package io.holdfast.server.serial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.Bytes;
import io.holdfast.core.SiteId;
import io.holdfast.core.partition.PartitionImage;
import io.holdfast.core.partition.ReplicaSnapshot;
import io.holdfast.core.raft.Entry;
import io.holdfast.core.raft.HardState;
import io.holdfast.core.raft.LogWrite;
import io.holdfast.core.raft.Membership;
import io.holdfast.core.store.StoreImage;
import io.holdfast.server.catalog.KeyspaceCodec;
import io.holdfast.server.catalog.KeyspaceDefinition;
import io.holdfast.server.partition.JournalRecord;
import io.holdfast.server.partition.SnapshotRecord;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * What stands on disks stays readable for ever: these bytes were written by the first version, and must never change. A new
 * version of a record gets a new version byte and a test of its own, beside these.
 */
class DurableSerializerTest {
    private static final HardState HARD_STATE = new HardState(7, Optional.of(new SiteId("b")), 0x1122334455667788L);
    private static final List<Entry> ENTRIES = List.of(
            new Entry(6, 41, 0, Entry.Kind.NOOP, Bytes.EMPTY),
            new Entry(7, 42, 0x0a0b0c0d, Entry.Kind.COMMANDS, Bytes.wrap(new byte[] {1, 2, 3})),
            new Entry(7, 43, 0, Entry.Kind.ADMIT, Bytes.wrap(new byte[] {9})));
    private static final Membership MEMBERS = Membership.of(Map.of(new SiteId("a"), 5L, new SiteId("b"), 6L));

    private final DurableSerializer serializer = new DurableSerializer();

    @Test
    void journalRecordVersion1() {
        var record = new JournalRecord(new LogWrite(0, Optional.of(HARD_STATE), OptionalLong.of(41), ENTRIES, 40));
        assertGolden(
                record,
                "journal",
                "0103070000000000000001628877665544332211290000000000000028000000000000000306000000000000"
                        + "002900000000000000000000000000000000000700000000000000"
                        + "2a000000000000000d0c0b0a000000000103010203"
                        + "07000000000000002b0000000000000000000000000000000201"
                        + "09");
    }

    @Test
    void journalRecordVersion1WithEntriesOnly() {
        var record =
                new JournalRecord(new LogWrite(0, Optional.empty(), OptionalLong.empty(), List.of(ENTRIES.get(0)), 40));
        assertGolden(
                record, "journal", "0100280000000000000001060000000000000029000000000000000000000000000000" + "0000");
    }

    /** The image inside has a version of its own: 2 is written, 1 is read. */
    @Test
    void snapshotRecordVersion1() {
        var image = new PartitionImage(6, MEMBERS, StoreImage.empty());
        var record = new SnapshotRecord(new ReplicaSnapshot(HARD_STATE, image, List.of(ENTRIES.get(2))));
        String before = "01070000000000000001628877665544332211";
        String members = "01000000000000000600000002000161000000000000000500016200000000000000" + "06";
        String emptyStore = "0000000000000000000000000000000000000000000000000000000000000000";
        String tail = "0107000000000000002b000000000000000000000000000000" + "020109";
        String written = before + "4c" + members + "02" + emptyStore + "0000000000000000" + tail;
        byte[] bytes = serializer.toBinary(record);

        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(written);
        for (String hex : List.of(written, before + "44" + members + "01" + emptyStore + tail)) {
            var read = ((SnapshotRecord) serializer.fromBinary(HexFormat.of().parseHex(hex), "snapshot")).snapshot();
            assertThat(read.hardState()).isEqualTo(HARD_STATE);
            assertThat(read.image().encode()).isEqualTo(image.encode());
            assertThat(read.logTail()).containsExactly(ENTRIES.get(2));
        }
    }

    @Test
    void keyspaceDefinitionVersion1() {
        var definition = new KeyspaceDefinition(
                "shop", 16, 1, 5_000, 3_600_000, List.of(new SiteId("b"), new SiteId("a")), MEMBERS);
        Bytes bytes = KeyspaceCodec.encode(definition);
        assertThat(HexFormat.of().formatHex(bytes.unsafeArray()))
                .isEqualTo("010400000073686f70100000000100000088130000000000008"
                        + "0ee36000000000002000000010000006206000000000000000100000061" + "0500000000000000");
        assertThat(KeyspaceCodec.decode(bytes)).isEqualTo(definition);
    }

    @Test
    void aRecordOfALaterVersionIsRefusedWithAHint() {
        byte[] bytes = serializer.toBinary(
                new JournalRecord(new LogWrite(0, Optional.of(HARD_STATE), OptionalLong.empty(), List.of(), 1)));
        bytes[0] = 2;
        assertThatThrownBy(() -> serializer.fromBinary(bytes, "journal"))
                .hasMessage("a journal record of version 2, this program reads version 1:"
                        + " was the data written by a newer one?");
    }

    private void assertGolden(JournalRecord record, String manifest, String hex) {
        byte[] bytes = serializer.toBinary(record);
        assertThat(serializer.manifest(record)).isEqualTo(manifest);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(hex);
        assertThat(serializer.fromBinary(HexFormat.of().parseHex(hex), manifest))
                .isEqualTo(record);
    }
}
