"""Which fields of each kind are kept: those that rules read, and what a reader needs to follow them.

`FIELDS[kind][part]` are blank-separated paths below `part` ("" is the object itself); a path goes through lists.
"""

from __future__ import annotations

from collections.abc import Mapping

METADATA = (
    "name namespace uid creationTimestamp deletionTimestamp labels finalizers "
    "ownerReferences.kind ownerReferences.name ownerReferences.controller"
)
_CONDITION = (
    "conditions.type conditions.status conditions.reason conditions.message conditions.lastTransitionTime "
    "conditions.lastHeartbeatTime"
)
_TEMPLATE = "template.spec.containers.name template.spec.containers.image template.spec.containers.args"

FIELDS: Mapping[str, Mapping[str, str]] = {
    "nodes": {
        "spec": "unschedulable taints",
        "status": f"addresses nodeInfo volumesAttached volumesInUse {_CONDITION}",
    },
    "pods": {
        "spec": "nodeName hostNetwork hostPID volumes.name volumes.persistentVolumeClaim.claimName "
        "volumes.persistentVolumeClaim.readOnly "
        "volumes.iscsi.iqn volumes.iscsi.lun volumes.fc.lun volumes.fc.wwids volumes.hostPath.path "
        "volumes.ephemeral.volumeClaimTemplate.spec.storageClassName containers.name containers.image containers.args "
        "containers.volumeMounts containers.volumeDevices containers.securityContext.privileged "
        "initContainers.name initContainers.image",
        "status": "phase reason message startTime hostIP containerStatuses.name containerStatuses.ready "
        "containerStatuses.restartCount containerStatuses.state containerStatuses.lastState "
        "initContainerStatuses.name initContainerStatuses.ready initContainerStatuses.restartCount "
        "initContainerStatuses.state initContainerStatuses.lastState " + _CONDITION,
    },
    "persistentvolumes": {
        "spec": "accessModes capacity claimRef.kind claimRef.namespace claimRef.name claimRef.uid csi.driver "
        "csi.fsType csi.volumeHandle csi.readOnly csi.volumeAttributes nfs iscsi.iqn iscsi.lun "
        "iscsi.targetPortal fc.lun fc.targetWWNs fc.wwids local.path hostPath.path mountOptions "
        "persistentVolumeReclaimPolicy storageClassName volumeMode",
        "status": "phase reason message",
    },
    "persistentvolumeclaims": {
        "spec": "accessModes resources.requests storageClassName volumeMode volumeName",
        "status": f"phase capacity {_CONDITION}",
    },
    "storageclasses": {
        "": "provisioner parameters reclaimPolicy volumeBindingMode allowVolumeExpansion mountOptions",
    },
    "volumeattachments": {
        "spec": "attacher nodeName source.persistentVolumeName",
        "status": "attached attachmentMetadata attachError detachError",
    },
    "csidrivers": {"spec": "attachRequired podInfoOnMount fsGroupPolicy volumeLifecycleModes requiresRepublish"},
    "csinodes": {"spec": "drivers"},
    "events": {
        "": "reason message type count firstTimestamp lastTimestamp eventTime series source reportingComponent "
        "reportingInstance",
        "involvedObject": "kind namespace name uid",
    },
    "leases": {"spec": "holderIdentity leaseDurationSeconds acquireTime renewTime leaseTransitions"},
    "daemonsets": {
        "spec": _TEMPLATE,
        "status": "desiredNumberScheduled currentNumberScheduled numberReady numberAvailable numberUnavailable "
        "numberMisscheduled updatedNumberScheduled",
    },
    "deployments": {
        "spec": f"replicas {_TEMPLATE}",
        "status": f"replicas readyReplicas availableReplicas unavailableReplicas updatedReplicas {_CONDITION}",
    },
    "storagebackendclaims": {
        "spec": "provider configmapMeta maxClientThreads useCert",
        "status": "phase boundContentName storageBackendId storageType protocol metroBackend",
    },
    "storagebackendcontents": {
        "spec": "provider backendClaim",
        "status": "online sn vendorName providerVersion contentName pools capacity capabilities specification",
    },
}
