/** A key-value store over Apache Ratis, as small as it can be: a map, replicated by Ratis' log on disk. */
package io.holdfast.compare.ratis;
