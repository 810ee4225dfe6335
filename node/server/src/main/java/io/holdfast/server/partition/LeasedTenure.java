package io.holdfast.server.partition;

import io.holdfast.persistence.cassandra.CassandraErrors;
import io.holdfast.server.lease.SiteLease;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A replica's life under a lease of its site. */
final class LeasedTenure implements Tenure, Tenure.Claim {
    private static final Logger LOG = LoggerFactory.getLogger(LeasedTenure.class);

    private final PartitionId partition;
    private final SiteLease lease;
    private final long siteIdentity;
    private final LongSupplier random;
    private final Consumer<List<Lineage.Part>> retired;
    private final Set<Lineage.Part> deleted = ConcurrentHashMap.newKeySet();

    /**
     * @param siteIdentity for a replica that has never written anything
     * @param random for new identities
     * @param retired is told journals that nobody needs any more and that may not have been deleted yet, on any thread
     */
    LeasedTenure(
            PartitionId partition,
            SiteLease lease,
            long siteIdentity,
            LongSupplier random,
            Consumer<List<Lineage.Part>> retired) {
        this.partition = partition;
        this.lease = lease;
        this.siteIdentity = siteIdentity;
        this.random = random;
        this.retired = retired;
    }

    @Override
    public Optional<Claim> claim() {
        return Optional.of(this);
    }

    @Override
    public CompletionStage<Boolean> take() {
        return lease.acquire();
    }

    @Override
    public Lineage lineage() {
        byte[] note = lease.note();
        return note.length == 0 ? Lineage.first(siteIdentity) : Lineage.decode(note);
    }

    @Override
    public long epoch() {
        return lease.epoch();
    }

    @Override
    public CompletionStage<Boolean> settle(Lineage lineage) {
        return lease.leave(lineage.encode());
    }

    @Override
    public long drawIdentity() {
        long drawn = random.getAsLong();
        return drawn == 0 ? drawIdentity() : drawn;
    }

    @Override
    public boolean holds() {
        return lease.checkLease();
    }

    @Override
    public void snapshotSaved() {
        if (!lease.checkLease()) {
            return;
        }
        Lineage before = lineage();
        Lineage reduced = before.reducedTo(epoch()).without(deleted);
        List<Lineage.Part> old = reduced.retired();
        Lineage after = reduced.withFewRetired();
        if (after.equals(before)) {
            retired.accept(old);
            return;
        }
        settle(after).whenComplete((done, failure) -> {
            if (failure == null && done) {
                retired.accept(old);
            } else {
                LOG.info("{}: its older journals stay until the next snapshot", partition);
            }
        });
    }

    @Override
    public void deleted(Lineage.Part journal) {
        deleted.add(journal);
    }

    @Override
    public void end() {
        lease.release().whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.warn(
                        "{}: its lease could not be freed, other nodes wait until this node's session ends: {}",
                        partition,
                        CassandraErrors.reason(failure));
            }
        });
    }
}
