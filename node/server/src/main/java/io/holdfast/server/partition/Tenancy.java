package io.holdfast.server.partition;

import io.holdfast.server.lease.SiteLeases;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** How replicas of this node become the only ones of their partition at this site. Thread-safe. */
public interface Tenancy {
    /** A site of one node, with a journal that no other node can reach. */
    Tenancy SOLE = new Tenancy() {
        @Override
        public Tenure begin(PartitionId partition, Consumer<List<Lineage.Part>> retired) {
            return Tenure.SOLE;
        }

        @Override
        public Duration retryInterval() {
            return Duration.ofSeconds(1);
        }
    };

    /** A new life of a replica. */
    Tenure begin(PartitionId partition, Consumer<List<Lineage.Part>> retired);

    /** How long to wait before a claim is tried again. */
    Duration retryInterval();

    /**
     * Under leases of the site.
     *
     * @param siteIdentity of the site's storage
     * @param random for identities of replicas that are rebuilt
     */
    static Tenancy leased(SiteLeases leases, long siteIdentity, LongSupplier random) {
        return new Tenancy() {
            @Override
            public Tenure begin(PartitionId partition, Consumer<List<Lineage.Part>> retired) {
                return new LeasedTenure(partition, leases.lease("replica/" + partition), siteIdentity, random, retired);
            }

            @Override
            public Duration retryInterval() {
                return leases.retryInterval();
            }
        };
    }
}
