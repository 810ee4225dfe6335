package io.holdfast.server;

import io.holdfast.config.PekkoConfig;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter;

/** Cuts links between nodes of one JVM, in both directions, by the test mode of Pekko's remoting. */
@SuppressWarnings("deprecation") // Artery's test mode still takes the classic transport's commands.
public final class Links {
    private Links() {}

    /** @param peerClusterPort the peer's, on the loopback interface */
    public static void set(ActorSystem<?> system, int peerClusterPort, boolean cut) {
        ThrottlerTransportAdapter.ThrottleMode mode = cut
                ? ThrottlerTransportAdapter.blackholeThrottleMode()
                : ThrottlerTransportAdapter.unthrottledThrottleMode();
        var peer = new Address("pekko", PekkoConfig.SYSTEM_NAME, "127.0.0.1", peerClusterPort);
        ((RemoteActorRefProvider) ((ExtendedActorSystem) system.classicSystem()).provider())
                .transport()
                .managementCommand(new ThrottlerTransportAdapter.SetThrottle(peer, bothWays(), mode));
    }

    private static ThrottlerTransportAdapter.Direction bothWays() {
        try {
            // javac cannot name an object nested in a Scala trait's companion.
            return (ThrottlerTransportAdapter.Direction)
                    Class.forName(ThrottlerTransportAdapter.Direction.class.getName() + "$Both$")
                            .getField("MODULE$")
                            .get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("Pekko's test transport has changed", e);
        }
    }
}
