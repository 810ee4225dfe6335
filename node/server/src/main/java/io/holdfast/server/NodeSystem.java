package io.holdfast.server;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import io.holdfast.config.HoldfastSettings;
import io.holdfast.config.PekkoConfig;
import java.io.IOException;
import org.apache.pekko.ConfigurationException;
import org.apache.pekko.actor.ActorSystem.Settings;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.SpawnProtocol;
import org.apache.pekko.cluster.ClusterSettings;
import org.apache.pekko.cluster.sbr.SplitBrainResolverSettings;
import org.apache.pekko.cluster.sharding.ClusterShardingSettings;
import org.apache.pekko.remote.RemoteTransportException;
import org.apache.pekko.remote.artery.ArterySettings;

/** The actor system of a node, and what its operator is told who has made a mistake that only Pekko finds. */
public final class NodeSystem {
    private NodeSystem() {}

    /**
     * @throws IOException if the port for the other nodes cannot be opened; the message says what to do
     * @throws io.holdfast.config.SettingsException if Pekko cannot read its part of the settings
     */
    static ActorSystem<SpawnProtocol.Command> start(HoldfastSettings settings, PekkoConfig.Hosting hosting)
            throws IOException {
        Config config = checked(settings, hosting);
        var listening =
                ArterySettings.apply(config.getConfig("pekko.remote.artery")).Bind();
        // Where Pekko finds the port taken it has begun to end the process already, with stack traces and the wrong
        // exit code.
        NodePort.NODES.tryOut(listening.Hostname(), listening.Port());
        try {
            return ActorSystem.create(SpawnProtocol.create(), PekkoConfig.SYSTEM_NAME, config);
        } catch (RemoteTransportException e) {
            throw NodePort.NODES.failure(listening.Hostname(), listening.Port(), e);
        } catch (ConfigException e) {
            throw PekkoConfig.unreadable(e);
        }
    }

    /** @throws io.holdfast.config.SettingsException if Pekko cannot read its part of the settings, or the directories cannot be used */
    public static void check(HoldfastSettings settings) {
        checked(settings, PekkoConfig.Hosting.OWN_PROCESS);
        NodeDirectories.check(settings);
    }

    /** Reads what Pekko would read in the course of a start, some of it when others already count on this node. */
    private static Config checked(HoldfastSettings settings, PekkoConfig.Hosting hosting) {
        Config config = PekkoConfig.of(settings, hosting);
        try {
            new Settings(NodeSystem.class.getClassLoader(), config, PekkoConfig.SYSTEM_NAME);
            ArterySettings.apply(config.getConfig("pekko.remote.artery"));
            new ClusterSettings(config, PekkoConfig.SYSTEM_NAME);
            new SplitBrainResolverSettings(config);
            ClusterShardingSettings.apply(config.getConfig("pekko.cluster.sharding"));
            return config;
        } catch (ConfigException | ConfigurationException | IllegalArgumentException e) {
            throw PekkoConfig.unreadable(e);
        }
    }
}
