/**
 * Judges histories of transactions over lists of numbers that are read and appended to: from what was read, the order of all appends
 * follows, and from that which transaction must have come before which (Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies
 * from Experimental Observations", 2020). A cycle is an anomaly, with Adya's names ("Weak Consistency", 1999).
 */
package io.holdfast.checker;
