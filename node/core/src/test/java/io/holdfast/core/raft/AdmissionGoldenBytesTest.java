package io.holdfast.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.holdfast.core.Bytes;
import io.holdfast.core.Golden;
import io.holdfast.core.SiteId;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AdmissionGoldenBytesTest {
    private static final SiteId SITE = new SiteId("sitec");
    private static final long IDENTITY = Long.MIN_VALUE + 2;

    @Test
    void admissionOfVersion1() throws IOException {
        Bytes golden = Golden.read("admission-1");
        var before = Membership.of(Map.of(SITE, 1L, Lone.A, 1L));

        assertThat(Membership.encodeAdmission(SITE, IDENTITY)).isEqualTo(golden);
        assertThat(before.admit(golden)).isEqualTo(Membership.of(Map.of(SITE, IDENTITY, Lone.A, 1L)));
    }

    @Test
    void aStrangeSiteAndALaterVersionAreRefused() throws IOException {
        var other = Membership.of(Map.of(Lone.A, 1L));
        assertThatIllegalArgumentException().isThrownBy(() -> other.admit(Golden.read("admission-1")));
        byte[] later = Golden.read("admission-1").unsafeArray();
        later[0] = 2;
        assertThatIllegalArgumentException().isThrownBy(() -> other.admit(Bytes.wrap(later)));
    }
}
