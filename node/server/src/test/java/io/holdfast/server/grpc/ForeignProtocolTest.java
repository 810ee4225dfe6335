package io.holdfast.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever comes to the port, the node goes on, and its log does not fill. */
class ForeignProtocolTest extends ServiceFixture {
    private final List<LogRecord> logged = new CopyOnWriteArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord logRecord) {
            logged.add(logRecord);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void listenToTheLog() {
        cluster.keyspace("shop", 4);
        listener.setLevel(Level.INFO);
        Logger.getLogger("").addHandler(listener);
    }

    @AfterEach
    void noMore() {
        Logger.getLogger("").removeHandler(listener);
    }

    private void assertServesQuietly() {
        assertThat(store().execute(put(1, "k", bytes("v"))).getWrite().getApplied())
                .isTrue();
        assertThat(logged).extracting(LogRecord::getMessage).isEmpty();
    }

    /** Sends, and reads until the node closes the connection. */
    private void exchange(byte[] bytes) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(bytes);
            out.flush();
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (SocketException reset) {
            // The node closed while bytes were on their way: as good an answer as any.
            assertThat(reset).hasMessageMatching("(?i).*(reset|broken pipe|abort).*");
        }
    }

    @Test
    void http1() throws IOException {
        exchange("GET /status HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        exchange("POST /holdfast.v1.Store/Execute HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"
                .getBytes(StandardCharsets.US_ASCII));
        assertServesQuietly();
    }

    @Test
    void tls() throws IOException {
        try (Socket plain = new Socket("127.0.0.1", server.port())) {
            plain.setSoTimeout(20_000);
            var socket = ((SSLSocketFactory) SSLSocketFactory.getDefault()).createSocket(plain, "localhost", 1, true);
            ((javax.net.ssl.SSLSocket) socket).startHandshake();
            throw new AssertionError("there is no TLS on this port");
        } catch (SSLException | SocketException expected) {
            assertServesQuietly();
        }
    }

    @Test
    void randomBytes() throws IOException {
        var random = new Random(7);
        for (int length : new int[] {1, 10, 24, 1000, 100_000}) {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            exchange(bytes);
        }
        // The start of HTTP/2, then nonsense.
        byte[] bytes =
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nxxxxxxxxxxxxxxxxxxxxxxxxxxxxx".getBytes(StandardCharsets.US_ASCII);
        exchange(bytes);
        exchange(new byte[0]);
        assertServesQuietly();
    }
}
