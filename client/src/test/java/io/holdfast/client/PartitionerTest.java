package io.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PartitionerTest {
    @ParameterizedTest
    @CsvSource({
        // The first is the check value that catalogues of CRCs give; all computed bit by bit, apart from the JDK.
        "123456789, e3069283",
        "a, c1d04330",
        "abc, 364b3fb7",
    })
    void hashesAreCrc32c(String key, String crc) {
        assertThat(Partitioner.hash(bytes(key))).isEqualTo((int) Long.parseLong(crc, 16));
    }

    @ParameterizedTest
    @CsvSource({
        "{abc}/cart, abc",
        "x{abc}y{d}, abc",
        "a{b, a{b",
        "a{}b{c}, a{}b{c}",
        "}a{abc}, abc",
        "{{a}}, {a",
        "{, {",
    })
    void theHashedPartStandsInTheFirstBraces(String key, String part) {
        byte[] whole = bytes(part);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(whole, 0, whole.length);
        assertThat(Partitioner.hash(bytes(key))).isEqualTo((int) crc.getValue());
    }

    @ParameterizedTest
    @CsvSource({"123456789, 16, 3", "123456789, 1024, 643", "123456789, 7, 2", "{123456789}/x, 16, 3", "abc, 1, 0"})
    void partitionsNeverChange(String key, int partitions, int partition) {
        assertThat(Partitioner.partition(bytes(key), partitions)).isEqualTo(partition);
        assertThat(Partitioner.partition(ByteString.copyFromUtf8(key), partitions))
                .isEqualTo(partition);
    }

    @Test
    void noPartitionsIsABug() {
        assertThatThrownBy(() -> Partitioner.partition(bytes("a"), 0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
