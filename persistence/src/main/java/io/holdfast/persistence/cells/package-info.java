/** Values that the nodes of a site share and change by comparing and setting. Knows nothing of leases or replicas. */
package io.holdfast.persistence.cells;
