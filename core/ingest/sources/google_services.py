"""FOCUS ServiceCategory of Google Cloud's services, by the name on the bill.

The categories are those that FOCUS defines; the native export has none of its own. A service
has one category, whatever is bought from it: https://focus.finops.org/focus-specification/
"""

from typing import Final

OTHER: Final = "Other"

_SERVICES: Final = {
    "AI and Machine Learning": (
        "Agent Assist|AutoML|Cloud Dialogflow API|Cloud Document AI API|Cloud Natural Language|"
        "Cloud Natural Language API|Cloud Speech API|Cloud Text-to-Speech API|Cloud TPU|"
        "Cloud Video Intelligence API|Cloud Vision API|Dialogflow|Discovery Engine|Gemini API|"
        "Notebooks|Recommendations AI|Translate|Vertex AI|Vertex AI Search|Vision API"
    ),
    "Analytics": (
        "BigQuery|BigQuery BI Engine|BigQuery Data Transfer Service|BigQuery Reservation API|"
        "Cloud Composer|Cloud Data Fusion|Cloud Dataflow|Cloud Dataproc|Data Catalog|Dataflow|"
        "Dataform|Dataplex|Dataproc|Looker|Looker Studio"
    ),
    "Compute": (
        "App Engine|Batch|Cloud Functions|Cloud Run|Cloud Run Functions|Compute Engine|"
        "Google Kubernetes Engine|Kubernetes Engine|VMware Engine|Workstations|Cloud Workstations|"
        "Bare Metal Solution|Backup and DR Service"
    ),
    "Databases": (
        "AlloyDB|Bigtable|Cloud Bigtable|Cloud Datastore|Cloud Firestore|Cloud Memorystore|"
        "Cloud Memorystore for Memcached|Cloud Memorystore for Redis|Cloud Spanner|Cloud SQL|"
        "Firebase Realtime Database|Memorystore|Spanner"
    ),
    "Developer Tools": (
        "Artifact Registry|Cloud Build|Cloud Deploy|Cloud Source Repositories|Container Registry|"
        "Container Registry Vulnerability Scanning|Firebase|Firebase Test Lab"
    ),
    "Identity": "Identity Platform|Cloud Identity|Cloud IAM|Managed Microsoft AD",
    "Integration": (
        "Apigee|Application Integration|Cloud Pub/Sub|Cloud Scheduler|Cloud Tasks|Eventarc|"
        "Workflows|API Gateway"
    ),
    "Internet of Things": "Cloud IoT Core",
    "Management and Governance": (
        "Cloud Logging|Cloud Monitoring|Cloud Trace|Stackdriver|Stackdriver Logging|"
        "Stackdriver Monitoring|Cloud Asset Inventory|Support|Google Cloud Support"
    ),
    "Media": "Live Stream API|Transcoder API|Video Stitcher API",
    "Migration": "Database Migration|Migrate to Virtual Machines|Storage Transfer Service",
    "Networking": (
        "Cloud CDN|Cloud DNS|Cloud Interconnect|Cloud Load Balancing|Cloud NAT|Cloud VPN|"
        "Networking|Network Intelligence Center|Service Directory|Traffic Director|Media CDN"
    ),
    "Security": (
        "BeyondCorp Enterprise|Certificate Authority Service|Cloud Armor|"
        "Cloud Data Loss Prevention|Cloud Key Management Service (KMS)|Cloud Web Security Scanner|"
        "reCAPTCHA Enterprise|Secret Manager|Security Command Center|Web Risk|Chronicle|"
        "Sensitive Data Protection"
    ),
    "Storage": "Cloud Filestore|Cloud Storage|Cloud Storage for Firebase|Filestore|NetApp Volumes",
    "Web": "Firebase Hosting|Maps API|Places API|Geocoding API|Directions API|Routes API",
}
_CATEGORIES: Final = {
    service: category for category, names in _SERVICES.items() for service in names.split("|")
}


def category_of(service: str) -> str:
    """The ServiceCategory of a service by its name; `Other` for one that isn't known."""
    return _CATEGORIES.get(service, OTHER)
