package org.vkernel.connector.core;

import org.vkernel.connector.abi.ConnectorId;
import org.vkernel.connector.wire.CbId;

/** Which ids Linux has given to users of the connector: those listed in {@link ConnectorId}. */
final class ListedIds {
    private ListedIds() {}

    static boolean contains(CbId id) {
        return switch (id.idx()) {
            case ConnectorId.CN_IDX_PROC -> id.val() == ConnectorId.CN_VAL_PROC;
            case ConnectorId.CN_IDX_CIFS -> id.val() == ConnectorId.CN_VAL_CIFS;
            case ConnectorId.CN_W1_IDX -> id.val() == ConnectorId.CN_W1_VAL;
            case ConnectorId.CN_IDX_V86D -> id.val() == ConnectorId.CN_VAL_V86D_UVESAFB;
            case ConnectorId.CN_IDX_BB -> true; // its values are its own
            case ConnectorId.CN_DST_IDX -> id.val() == ConnectorId.CN_DST_VAL;
            case ConnectorId.CN_IDX_DM -> id.val() == ConnectorId.CN_VAL_DM_USERSPACE_LOG;
            case ConnectorId.CN_IDX_DRBD -> id.val() == ConnectorId.CN_VAL_DRBD;
            case ConnectorId.CN_KVP_IDX -> id.val() == ConnectorId.CN_KVP_VAL;
            case ConnectorId.CN_VSS_IDX -> id.val() == ConnectorId.CN_VSS_VAL;
            case ConnectorId.CN_IDX_CONNECTOR -> id.val() == ConnectorId.CN_VAL_CONNECTOR;
            default -> false;
        };
    }
}
