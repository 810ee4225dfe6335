package io.holdfast.persistence.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.persistence.EventRecord;
import io.holdfast.persistence.LoadedSnapshot;
import io.holdfast.persistence.SerializedObject;
import io.holdfast.persistence.SnapshotHeader;
import io.holdfast.persistence.StorageException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bytes on disk, to the bit. These constants must never change: whoever breaks one of these tests has made the
 * journals of the past unreadable and needs a new format version instead.
 */
class DurableFormatTest {
    private static final SerializedObject PAYLOAD =
            new SerializedObject(17, "M", "payload".getBytes(StandardCharsets.UTF_8));
    private static final SerializedObject METADATA = new SerializedObject(18, "", new byte[] {1, 2});
    private static final EventRecord PLAIN = new EventRecord(1234, "em", "w-1", PAYLOAD, Optional.empty());
    private static final EventRecord FULL = new EventRecord(1234, "em", "w-1", PAYLOAD, Optional.of(METADATA));
    private static final SnapshotHeader SNAPSHOT =
            SnapshotHeader.describe(42, 1234, "shop/7", Optional.of(METADATA), PAYLOAD);

    private static final String PLAIN_V1 =
            "01ac93b35900000000000004d200000002656d00000003772d3100000011000000014d000000077061796c6f616400";
    private static final String FULL_V1 =
            "015351e6f800000000000004d200000002656d00000003772d3100000011000000014d000000077061796c6f6164010000001200000000000000020102";
    private static final String STREAM_V1 = "010f4544ae00000003000000000000000a000000000000000c";
    private static final String LAST_ID_V1 = "0153d26e9100000009";
    private static final String SNAPSHOT_V1 =
            "010000004301d3905d60000000000000002a00000000000004d20000000673686f702f3701000000120000000000000002010200000011000000014d0000000000000007f4e369707061796c6f6164";

    @TempDir
    Path dir;

    @Test
    void eventRecordsOfVersionOneStayAsTheyAre() {
        assertThat(hex(PLAIN.encode(5))).isEqualTo(PLAIN_V1);
        assertThat(hex(FULL.encode(5))).isEqualTo(FULL_V1);
        assertThat(EventRecord.decode(bytes(PLAIN_V1), 5)).isEqualTo(PLAIN);
        assertThat(EventRecord.decode(bytes(FULL_V1), 5)).isEqualTo(FULL);
    }

    @Test
    void streamRecordsAndKeysStayAsTheyAre() {
        assertThat(hex(new StreamRecord(3, 10, 12).encode())).isEqualTo(STREAM_V1);
        assertThat(StreamRecord.decode(bytes(STREAM_V1))).isEqualTo(new StreamRecord(3, 10, 12));
        assertThat(hex(JournalKeys.lastId(9))).isEqualTo(LAST_ID_V1);
        assertThat(JournalKeys.lastId(bytes(LAST_ID_V1))).isEqualTo(9);
        assertThat(hex(JournalKeys.event(3, 258))).isEqualTo("000000030000000000000102");
        assertThat(hex(JournalKeys.stream("shop/7"))).isEqualTo("7073686f702f37");
        assertThat(hex(JournalKeys.LAST_ID)).isEqualTo("6e");
    }

    @Test
    void snapshotFilesOfVersionOneStayAsTheyAre() throws Exception {
        Path file = dir.resolve("new");
        SnapshotFile.write(file, SNAPSHOT, PAYLOAD.bytes(), DiskSync.TO_DISK);
        assertThat(hex(Files.readAllBytes(file))).isEqualTo(SNAPSHOT_V1);
        Path old = Files.write(dir.resolve("old"), bytes(SNAPSHOT_V1));
        assertThat(SnapshotFile.read(old)).isEqualTo(new LoadedSnapshot(SNAPSHOT, PAYLOAD));
    }

    @Test
    void everyChangedBitOfAnEventIsNoticed() {
        byte[] good = bytes(FULL_V1);
        for (int bit = 0; bit < good.length * 8; bit++) {
            byte[] bad = good.clone();
            bad[bit / 8] ^= (byte) (1 << bit % 8);
            assertThatThrownBy(() -> EventRecord.decode(bad, 5)).isInstanceOf(StorageException.Corrupt.class);
        }
        assertThatThrownBy(() -> EventRecord.decode(good, 6))
                .as("under another sequence number")
                .isInstanceOf(StorageException.Corrupt.class);
    }

    @Test
    void everyChangedByteAndEveryCutOfASnapshotIsNoticed() throws Exception {
        byte[] good = bytes(SNAPSHOT_V1);
        for (int at = 0; at < good.length; at++) {
            byte[] bad = good.clone();
            bad[at] ^= 0x10;
            Path changed = Files.write(dir.resolve("changed"), bad);
            assertThatThrownBy(() -> SnapshotFile.read(changed)).isInstanceOf(StorageException.Corrupt.class);
            Path cut = Files.write(dir.resolve("cut"), java.util.Arrays.copyOf(good, at));
            assertThatThrownBy(() -> SnapshotFile.read(cut)).isInstanceOf(StorageException.Corrupt.class);
        }
        Path longer = Files.write(dir.resolve("longer"), java.util.Arrays.copyOf(good, good.length + 1));
        assertThatThrownBy(() -> SnapshotFile.read(longer)).isInstanceOf(StorageException.Corrupt.class);
    }

    @Test
    void aRecordOfANewerReleaseIsNamedAsSuch() {
        byte[] newer = bytes(PLAIN_V1);
        newer[0] = 2;
        assertThatThrownBy(() -> EventRecord.decode(newer, 5)).hasMessageContaining("format version 2");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }
}
