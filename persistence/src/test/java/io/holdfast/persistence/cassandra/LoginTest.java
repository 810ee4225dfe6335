package io.holdfast.persistence.cassandra;

import static org.assertj.core.api.Assertions.assertThat;

import com.datastax.oss.driver.api.core.AllNodesFailedException;
import com.datastax.oss.driver.api.core.auth.AuthenticationException;
import com.datastax.oss.driver.api.core.metadata.EndPoint;
import com.datastax.oss.driver.api.core.metadata.Node;
import com.datastax.oss.driver.internal.core.metadata.DefaultEndPoint;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoginTest {
    private static final EndPoint END_POINT = new DefaultEndPoint(new InetSocketAddress("127.0.0.1", 9042));

    private static CassandraException refused(String said) {
        var node = (Node) Proxy.newProxyInstance(
                Node.class.getClassLoader(),
                new Class<?>[] {Node.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getEndPoint" -> END_POINT;
                    case "hashCode" -> 1;
                    case "equals" -> proxy == arguments[0];
                    default -> "the node";
                });
        var error =
                new AuthenticationException(END_POINT, "server replied with AuthenticationException('" + said + "')");
        return SiteCassandra.notConnected(
                "the Cassandra", AllNodesFailedException.fromErrors(List.of(Map.entry(node, (Throwable) error))));
    }

    @Test
    void wrongCredentialsAreAMistake() {
        CassandraException problem = refused("Provided username holdfast and/or password are incorrect");
        assertThat(problem).hasMessageContaining("Login failed");
        assertThat(problem.mayHeal()).isFalse();
    }

    /** Its table of users has too few copies that answer. */
    @Test
    void aCassandraThatCannotLookUpTheUserMayHeal() {
        CassandraException problem =
                refused("Unable to perform authentication: Cannot achieve consistency level LOCAL_ONE");
        assertThat(problem).hasMessageContaining("Cannot connect").hasMessageContaining("Unable to perform");
        assertThat(problem.mayHeal()).isTrue();
    }
}
