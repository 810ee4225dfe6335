package io.holdfast.core.sim;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.core.Bytes;
import io.holdfast.core.check.CheckFailed;
import io.holdfast.core.sim.SimTransaction.Ending;
import io.holdfast.core.sim.SimTransaction.Kind;
import io.holdfast.core.sim.SimTransaction.Place;
import io.holdfast.core.sim.SimTransaction.Seen;
import io.holdfast.core.sim.SimTransaction.Workload;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimBankTest {
    private final SimTransaction audit = new SimTransaction("audit", Workload.BANK, Kind.SNAPSHOT, 1);

    private void sees(int account, int balance) {
        var place = new Place(account % 2, Bytes.utf8("b/" + account));
        audit.reads.add(new Seen(place, 7, List.of(balance, 99), 7, 7));
    }

    @Test
    void acceptsTheSumAlsoWhereAccountsWereNeverWritten() {
        sees(0, 93);
        sees(3, 107);
        audit.end(Ending.COMMITTED, 2, 7);
        assertThatCode(() -> SimBank.check(List.of(audit))).doesNotThrowAnyException();
    }

    @Test
    void refusesATransferOfWhichOneHalfIsSeen() {
        sees(0, 93);
        sees(3, 100);
        audit.end(Ending.COMMITTED, 2, 7);
        assertThatThrownBy(() -> SimBank.check(List.of(audit)))
                .isInstanceOf(CheckFailed.class)
                .hasMessageContaining("holds 493");
    }

    @Test
    void saysNothingOfAuditsThatCameToNothing() {
        sees(0, 1);
        audit.end(Ending.ABORTED, 2, 0);
        assertThatCode(() -> SimBank.check(List.of(audit))).doesNotThrowAnyException();
    }
}
