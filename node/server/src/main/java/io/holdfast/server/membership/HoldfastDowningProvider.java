package io.holdfast.server.membership;

import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.DowningProvider;
import org.apache.pekko.cluster.sbr.SplitBrainResolverProvider;
import scala.Option;
import scala.concurrent.duration.FiniteDuration;

/**
 * Decides which members are given up. Inside the site that is Pekko's split brain resolver, which also ends this node when
 * others have quarantined it. Of other sites, whose members Pekko never gives up, it is those that are dead and keep a third site from
 * coming up, see {@link StuckJoin}. Named in {@code holdfast-pekko.conf}.
 */
public final class HoldfastDowningProvider extends DowningProvider {
    private final SplitBrainResolverProvider insideTheSite;

    public HoldfastDowningProvider(ActorSystem system) {
        insideTheSite = new SplitBrainResolverProvider(system);
    }

    @Override
    public FiniteDuration downRemovalMargin() {
        return insideTheSite.downRemovalMargin();
    }

    @Override
    public Option<Props> downingActorProps() {
        return Option.apply(
                CrossSiteDowning.props(insideTheSite.downingActorProps().get()));
    }
}
