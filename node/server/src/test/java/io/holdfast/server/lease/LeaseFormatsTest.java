package io.holdfast.server.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What stands in a site's store stays readable for ever: a change of these bytes needs a new version beside this one. */
class LeaseFormatsTest {
    private static final UUID SESSION = new UUID(0x0102030405060708L, 0x090a0b0c0d0e0f10L);

    @Test
    void aSession() {
        var record = new SessionRecord(SESSION, true, 3_000_000_000L);
        assertThat(hex(record.encode()))
                .isEqualTo("01" + "0102030405060708090a0b0c0d0e0f10" + "01" + "00000000b2d05e00");
        assertThat(SessionRecord.decode(record.encode())).isEqualTo(record);
        assertThat(SessionRecord.decode(record.ended().encode()).live()).isFalse();
    }

    @Test
    void aLeaseThatIsHeld() {
        var record = new LeaseRecord(7, Optional.of(new Holder("h:1", SESSION)), new byte[] {9});
        assertThat(hex(record.encode()))
                .isEqualTo("01" + "0000000000000007" + "01" + "0003683a31" + "0102030405060708090a0b0c0d0e0f10"
                        + "00000001" + "09");
        assertThat(LeaseRecord.decode(record.encode())).isEqualTo(record);
    }

    @Test
    void aLeaseThatIsFree() {
        var record = new LeaseRecord(7, Optional.empty(), new byte[0]);
        assertThat(hex(record.encode())).isEqualTo("01" + "0000000000000007" + "00" + "00000000");
        assertThat(LeaseRecord.decode(record.encode())).isEqualTo(record);
    }

    @Test
    void whatCannotBeReadIsRefused() {
        byte[] bytes = LeaseRecord.never().encode();
        bytes[0] = 2;
        assertThatThrownBy(() -> LeaseRecord.decode(bytes)).hasMessageContaining("version 2");
        assertThatThrownBy(() -> LeaseRecord.decode(new byte[] {1, 0})).hasMessageContaining("ends early");
        assertThatThrownBy(() -> SessionRecord.decode(new byte[] {2})).hasMessageContaining("version 2");
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
