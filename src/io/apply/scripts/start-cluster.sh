# Arguments: this node's name, then NAME=ADDRESS of every node. A node's own name that resolves to 127.0.1.1 makes a
# cluster of one, so names are looked at before any daemon starts.
own=$1
shift
for pair in "$@"; do
  found=$(getent ahosts "${pair%%=*}" | awk '{ print $1 }' | sort -u | paste -sd,)
  case ",$found," in
    *,127.*) refuse name-wrong "${pair%%=*} ${pair#*=} $found" ;;
    *,"${pair#*=}",*) ;;
    *) refuse name-wrong "${pair%%=*} ${pair#*=} $found" ;;
  esac
done
# The first start of all: nobody else can be there yet, so the nodes need not wait 20 s for one before they choose their
# coordinator. The configuration that comes later has the usual value again.
cib=/var/lib/pacemaker/cib/cib.xml
if [ ! -e "$cib" ]; then
  set_id=cib-bootstrap-options
  deadtime="<nvpair id=\"$set_id-dc-deadtime\" name=\"dc-deadtime\" value=\"2s\"/>"
  cibadmin --empty |
    sed "s|<crm_config/>|<crm_config><cluster_property_set id=\"$set_id\">$deadtime</cluster_property_set></crm_config>|" |
    (umask 077 && cat >"$cib.holdfast-new")
  chown hacluster:haclient "$cib.holdfast-new"
  mv -f "$cib.holdfast-new" "$cib"
fi
say 'starting Corosync and Pacemaker'
systemctl start corosync pacemaker >&2
rm -f -- "$pending/corosync-reload" "$pending/corosync-restart"
waited=0
until crm_mon --one-shot --output-as=xml 2>/dev/null | grep -q "<node name=\"$own\" .*online=\"true\""; do
  [ "$waited" -lt 120 ] || refuse not-joined "$(systemctl is-active corosync pacemaker | paste -sd,)"
  [ $((waited % 5)) -ne 0 ] || say 'waiting until Pacemaker says that this node is online'
  waited=$((waited + 1))
  sleep 1
done
