package io.holdfast.server.membership;

import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.AbstractActor;
import org.apache.pekko.actor.AddressFromURIString;
import org.apache.pekko.actor.Props;
import org.apache.pekko.cluster.Cluster;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Downs what {@link StuckJoin} finds, beside Pekko's split brain resolver, which is its child and knows this site only. */
final class CrossSiteDowning extends AbstractActor {
    private static final Logger LOG = LoggerFactory.getLogger(CrossSiteDowning.class);

    private final Props insideTheSite;
    private final MembershipTimes times;
    private final Cluster cluster;
    private Optional<StuckJoin> stuckJoin = Optional.empty();

    /** Published inside the node. */
    record Downed(Set<Incarnation> nodes) {}

    private CrossSiteDowning(Props insideTheSite) {
        this.insideTheSite = insideTheSite;
        times = MembershipTimes.of(getContext().getSystem().settings().config());
        cluster = Cluster.get(getContext().getSystem());
    }

    static Props props(Props insideTheSite) {
        return Props.create(CrossSiteDowning.class, () -> new CrossSiteDowning(insideTheSite));
    }

    @Override
    public void preStart() {
        getContext().actorOf(insideTheSite.withDispatcher(getContext().props().dispatcher()), "split-brain-resolver");
        getContext().getSystem().eventStream().subscribe(getSelf(), Sight.class);
    }

    @Override
    public void postStop() {
        getContext().getSystem().eventStream().unsubscribe(getSelf());
    }

    @Override
    public Receive createReceive() {
        return receiveBuilder().match(Sight.class, this::round).build();
    }

    private void round(Sight sight) {
        if (stuckJoin.isEmpty()) {
            stuckJoin = Optional.of(
                    new StuckJoin(sight.topology(), times.stuckRounds(), times.silentRounds(), times.strangeRounds()));
        }
        Set<Incarnation> dead =
                stuckJoin.get().round(ClusterView.neighbours(cluster.state()), sight.heard(), sight.answering());
        if (dead.isEmpty()) {
            return;
        }
        LOG.warn("Downing {}, which are silent and keep another site from coming up", dead);
        dead.forEach(node -> cluster.down(AddressFromURIString.parse(node.address())));
        getContext().getSystem().eventStream().publish(new Downed(dead));
    }
}
