package io.holdfast.server.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.SiteId;
import io.holdfast.server.membership.MembershipMessage.Probe;
import io.holdfast.server.membership.MembershipMessage.ProbeAnswer;
import io.holdfast.server.membership.MembershipMessage.PromiseAnswer;
import io.holdfast.server.membership.MembershipMessage.PromiseRequest;
import java.io.NotSerializableException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class MembershipFormatsTest {
    private static final Genesis GENESIS =
            new Genesis(0x0102030405060708L, new TreeMap<>(Map.of(new SiteId("a"), 10L, new SiteId("b"), -1L)));

    private final MembershipSerializer serializer = new MembershipSerializer();

    /** These bytes are in people's journals: a change of them needs a new version, and the old one must stay readable. */
    @Test
    void durableBytesNeverChange() {
        golden(new IdentityRecord.IdentityDrawn(0x1122334455667788L), "01 01 1122334455667788");
        golden(
                new IdentityRecord.GenesisAdopted(GENESIS),
                "01 02 0102030405060708 0002 0001 61 000000000000000a 0001 62 ffffffffffffffff");
    }

    private static void golden(IdentityRecord record, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
        assertThat(record.encode()).isEqualTo(bytes);
        assertThat(IdentityRecord.decode(bytes)).isEqualTo(record);
    }

    @Test
    void damagedOrNewerRecordsAreErrors() {
        byte[] good = new IdentityRecord.GenesisAdopted(GENESIS).encode();
        assertThatThrownBy(() -> IdentityRecord.decode(Arrays.copyOf(good, good.length - 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ends early");
        assertThatThrownBy(() -> IdentityRecord.decode(Arrays.copyOf(good, good.length + 1)))
                .hasMessageContaining("too long");
        assertThatThrownBy(() -> IdentityRecord.decode(new byte[] {2, 1})).hasMessageContaining("version 2");
        assertThatThrownBy(() -> IdentityRecord.decode(new byte[] {1, 9})).hasMessageContaining("kind 9");
    }

    @Test
    void everyMessageComesBackAsItWas() throws NotSerializableException {
        var self = new Incarnation("pekko://holdfast@10.0.0.1:7401", -5);
        comesBack(new Probe(-7));
        comesBack(new ProbeAnswer(
                1,
                self,
                "a",
                "nodes",
                Standing.JOINING,
                9,
                Optional.of(GENESIS),
                List.of(self, new Incarnation("x", 1)),
                List.of("a", "b")));
        comesBack(new ProbeAnswer(
                1, self, "a", "nodes", Standing.STARTING, 0, Optional.empty(), List.of(), List.of("a")));
        comesBack(new PromiseRequest(3, self, 4));
        comesBack(new PromiseAnswer(3, "b", true));
    }

    private void comesBack(MembershipMessage message) throws NotSerializableException {
        byte[] bytes = serializer.toBinary(message);
        assertThat(serializer.fromBinary(bytes, serializer.manifest(message))).isEqualTo(message);
        assertThatThrownBy(() ->
                        serializer.fromBinary(Arrays.copyOf(bytes, bytes.length - 1), serializer.manifest(message)))
                .isInstanceOf(NotSerializableException.class);
    }

    @Test
    void unknownMessagesAreErrors() {
        assertThatThrownBy(() -> serializer.fromBinary(new byte[8], "Z9")).isInstanceOf(NotSerializableException.class);
        assertThatThrownBy(() -> serializer.toBinary("text")).isInstanceOf(IllegalArgumentException.class);
    }
}
