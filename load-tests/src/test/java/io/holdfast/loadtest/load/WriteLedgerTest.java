package io.holdfast.loadtest.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WriteLedgerTest {
    @Test
    void findsWhatWasLost() {
        var ledger = new WriteLedger();
        for (long number : new long[] {0, 1, 5, 9}) {
            ledger.acknowledged(number);
        }
        WriteLedger.Audit audit = ledger.audit();
        audit.found(0);
        audit.found(5);
        // Written, but its acknowledgement never came: it may be there.
        audit.found(7);
        assertThat(audit.lost()).isEqualTo(2);
        assertThat(audit.firstLost()).isEqualTo(1);
        audit.found(1);
        audit.found(9);
        assertThat(audit.lost()).isZero();
        assertThat(ledger.size()).isEqualTo(4);
    }

    @Test
    void whatIsAcknowledgedDuringAnAuditIsNotItsConcern() {
        var ledger = new WriteLedger();
        ledger.acknowledged(3);
        WriteLedger.Audit audit = ledger.audit();
        ledger.acknowledged(4);
        audit.found(3);
        assertThat(audit.lost()).isZero();
    }

    @Test
    void drawsOnlyFromWhatWasAcknowledged() {
        var ledger = new WriteLedger();
        var random = new SplittableRandom(1);
        assertThat(ledger.any(random)).isEmpty();
        ledger.acknowledged(4);
        ledger.acknowledged(17);
        for (int i = 0; i < 100; i++) {
            assertThat(ledger.any(random).orElseThrow()).isIn(4L, 17L);
        }
    }
}
