package io.holdfast.server;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.holdfast.server.grpc.ClientLimits;
import io.holdfast.server.grpc.GrpcServer;
import io.holdfast.server.status.StatusHttp;
import java.io.IOException;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What is told when a node cannot listen. */
class NodePortTest {
    /** Of a net for documentation (RFC 5737), which no machine has. */
    private static final String ELSEWHERE = "192.0.2.1";

    private static void refused(ThrowingCallable start, String... words) {
        assertThatThrownBy(start)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(words)
                .hasMessageNotContaining("end the program");
    }

    private static ThrowingCallable clients(String host) {
        return () -> GrpcServer.start(7400, host, ClientLimits.ofHeap(1 << 30, 10));
    }

    private static ThrowingCallable status(String host) {
        return () -> StatusHttp.start(host, 7402, () -> null, () -> true);
    }

    @Test
    void anAddressOfAnotherMachineIsToldAsSuch() {
        refused(clients(ELSEWHERE), "The port 7400 on 192.0.2.1 for clients", "no address of this machine", "hosts");
        refused(
                status(ELSEWHERE),
                "The port 7402 on 192.0.2.1 for the status",
                "no address of this machine",
                "system.host");
    }

    @Test
    void aNameThatNobodyKnowsIsToldAsSuch() {
        refused(clients("no.such.invalid"), "no.such.invalid", "cannot be resolved", "hosts");
        refused(status("no.such.invalid"), "no.such.invalid", "cannot be resolved", "system.host");
    }
}
