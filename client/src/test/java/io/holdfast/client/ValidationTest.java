package io.holdfast.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ValidationTest {
    private static void refused(Reason reason, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(InvalidRequestException.class, error -> {
            assertThat(error.reason()).isEqualTo(reason);
            assertThat(error.retryable()).isFalse();
            assertThat(error.writeId()).isEmpty();
        });
    }

    @Test
    void keys() {
        refused(Reason.INVALID_KEY, () -> Key.of(""));
        refused(Reason.INVALID_KEY, () -> Key.of(new byte[0]));
        refused(Reason.INVALID_KEY, () -> Key.of(new byte[4097]));
        refused(Reason.INVALID_KEY, () -> Key.of("é".repeat(2049)));
        refused(Reason.INVALID_KEY, () -> Key.of("a\ud800b"));
        refused(Reason.INVALID_KEY, () -> Key.of("a\udc00"));
        assertThat(Key.of(new byte[4096]).bytes()).hasSize(4096);
        assertThat(Key.of("😀").bytes()).hasSize(4);
        assertThat(Key.of(new byte[] {(byte) 0xff, 1})).hasToString("0xff01").isGreaterThan(Key.of("z"));
    }

    @Test
    void values() {
        refused(Reason.INVALID_VALUE, () -> Write.put("k", new byte[(1 << 20) + 1]));
        assertThat(Write.put("k", new byte[1 << 20]).value()).hasSize(1 << 20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "1a", "-a", "a_b", "a b", "ä", "a\n"})
    void keyspaceNames(String name) {
        refused(Reason.INVALID_KEYSPACE_NAME, () -> Limits.checkKeyspaceName(name));
    }

    @Test
    void keyspaceNamesHaveALength() {
        assertThat(Limits.checkKeyspaceName("a".repeat(63))).hasSize(63);
        refused(Reason.INVALID_KEYSPACE_NAME, () -> Limits.checkKeyspaceName("a".repeat(64)));
    }

    @Test
    void limitsAndTimes() {
        refused(Reason.INVALID_LIMIT, () -> ScanOptions.DEFAULT.withLimit(-1));
        refused(Reason.INVALID_REQUEST, () -> WriteOptions.DEFAULT.withDeadline(Duration.ZERO));
        refused(Reason.INVALID_REQUEST, () -> ReadOptions.DEFAULT.withDeadline(Duration.ofMinutes(6)));
        refused(Reason.INVALID_REQUEST, () -> ReadOptions.maxStaleness(Duration.ofNanos(1)));
        refused(Reason.INVALID_REQUEST, () -> ClientOptions.DEFAULT.withMaxInFlight(0));
        refused(Reason.INVALID_REQUEST, () -> KeyspaceSettings.DEFAULT.withPartitions(1025));
        refused(Reason.TOLERANCE_NOT_POSSIBLE, () -> KeyspaceSettings.DEFAULT.withTolerates(-1));
        refused(Reason.INVALID_REQUEST, () -> Write.delete("k").when(Condition.IF_ABSENT));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a:",
                ":1",
                "a:0",
                "a:65536",
                "a:x",
                "a:1,,b:2",
                "http://a:1",
                "::1:7400",
                "[:::::]:1",
                "a_b:1",
                "a..b:1"
            })
    void endpoints(String endpoints) {
        refused(Reason.INVALID_REQUEST, () -> HoldfastClient.connect(endpoints).close());
    }

    @Test
    void allReasonsOfTheWireHaveACounterpart() {
        for (io.holdfast.v1.Reason wire : io.holdfast.v1.Reason.values()) {
            boolean ours =
                    wire != io.holdfast.v1.Reason.UNRECOGNIZED && wire != io.holdfast.v1.Reason.REASON_UNSPECIFIED;
            assertThat(Reason.fromWire(wire).name()).isEqualTo(ours ? wire.name() : "INTERNAL");
        }
    }
}
